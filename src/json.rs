//! JSON to types and back, each by one way. What serde generates for a struct
//! reads a map and a sequence, and does so anew for every kind of reader; here a
//! text becomes a [`Value`] first and its members are then handed over in the
//! struct's own order, so that only the short half of that code is ever used. The
//! types of this crate take a third of the room in the wasm that they would
//! otherwise.

use serde::Deserializer;
use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};
use serde_json::{Error, Map, Value};

/// Reads a text.
///
/// # Errors
/// When it is no JSON, or of another shape.
pub fn read<T: DeserializeOwned>(text: impl AsRef<[u8]>) -> Result<T, Error> {
    read_value(serde_json::from_slice(text.as_ref())?)
}

/// Reads a value.
///
/// # Errors
/// When it is of another shape.
pub fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Reader(value))
}

struct Reader(Value);

/// What a type asks for is all that it is handed: no code is made for whatever else
/// its visitor could refuse, as `serde::forward_to_deserialize_any!` would.
macro_rules! read_as {
    ($($asked:ident => $read:ident,)*) => {
        $(
            fn $asked<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
                self.$read(visitor)
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Reader {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(whole), ..) => visitor.visit_u64(whole),
                (None, Some(whole), _) => visitor.visit_i64(whole),
                (None, None, fraction) => visitor.visit_f64(fraction.unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            Value::Object(members) => visitor.visit_map(Members { left: members.into_iter(), value: None }),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(value),
            _ => Err(other_than("true or false")),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match (self.0.as_u64(), self.0.as_i64()) {
            (Some(whole), _) => visitor.visit_u64(whole),
            (None, Some(whole)) => visitor.visit_i64(whole),
            (None, None) => Err(other_than("a whole number")),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.as_f64() {
            Some(number) => visitor.visit_f64(number),
            None => Err(other_than("a number")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            _ => Err(other_than("a text")),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            _ => Err(other_than("null")),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(other_than("a list")),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(members) => visitor.visit_map(Members { left: members.into_iter(), value: None }),
            _ => Err(other_than("an object")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(members) => visitor.visit_seq(Fields { members, names: fields.iter() }),
            _ => Err(other_than("an object")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Variant { name, content: None }),
            Value::Object(members) => match members.into_iter().next() {
                Some((name, content)) => visitor.visit_enum(Variant { name, content: Some(content) }),
                None => Err(other_than("a variant")),
            },
            _ => Err(other_than("a variant")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    read_as! {
        deserialize_i8 => deserialize_i64,
        deserialize_i16 => deserialize_i64,
        deserialize_i32 => deserialize_i64,
        deserialize_u8 => deserialize_i64,
        deserialize_u16 => deserialize_i64,
        deserialize_u32 => deserialize_i64,
        deserialize_u64 => deserialize_i64,
        deserialize_f32 => deserialize_f64,
        deserialize_char => deserialize_string,
        deserialize_str => deserialize_string,
        deserialize_identifier => deserialize_string,
        deserialize_bytes => deserialize_string,
        deserialize_byte_buf => deserialize_string,
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }
}

#[cold]
fn other_than(expected: &'static str) -> Error {
    Error::custom(["expected ", expected].concat())
}

struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|item| seed.deserialize(Reader(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Members {
    left: serde_json::map::IntoIter,
    value: Option<Value>,
}

impl<'de> MapAccess<'de> for Members {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.left.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(Reader(Value::String(name))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(Reader(self.value.take().unwrap_or_default()))
    }
}

/// The members of an object, in the order of a struct's fields.
struct Fields {
    members: Map<String, Value>,
    names: std::slice::Iter<'static, &'static str>,
}

impl Fields {
    /// The next name, and its member if there is one. Apart from what is made anew for each type.
    #[inline(never)]
    fn take(&mut self) -> Option<(&'static str, Option<Value>)> {
        let name = self.names.next()?;
        Some((name, self.members.remove(*name)))
    }
}

impl<'de> SeqAccess<'de> for Fields {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        match self.take() {
            Some((name, Some(value))) => {
                seed.deserialize(Reader(value)).map(Some).map_err(|error| within(name, &error))
            }
            // An optional field is none; for another its default stands in, or serde refuses.
            Some((_, None)) => Ok(seed.deserialize(Absent).ok()),
            None => Ok(None),
        }
    }
}

#[cold]
fn within(name: &str, error: &Error) -> Error {
    Error::custom([name, ": ", &error.to_string()].concat())
}

/// Stands for a member that is not there.
struct Absent;

impl<'de> Deserializer<'de> for Absent {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("missing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Variant {
    name: String,
    content: Option<Value>,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = Content;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content), Error> {
        let name: StringDeserializer<Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, Content(self.content)))
    }
}

/// What stands in a variant.
struct Content(Option<Value>);

impl<'de> VariantAccess<'de> for Content {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(Reader(self.0.unwrap_or_default()))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        Reader(self.0.unwrap_or_default()).deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        Reader(self.0.unwrap_or_default()).deserialize_struct("", fields, visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::{read, read_value};
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        id: String,
        count: i64,
        share: f64,
        flag: bool,
        note: Option<String>,
        #[serde(default)]
        tries: u32,
        inner: Vec<Kind>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Plain,
        One(i64),
        Named { first: String, second: Option<i64> },
    }

    fn row() -> Row {
        let named = Kind::Named { first: "f".into(), second: None };
        Row {
            id: "a".into(),
            count: -3,
            share: 2.0,
            flag: true,
            note: None,
            tries: 7,
            inner: vec![Kind::Plain, Kind::One(5), named],
        }
    }

    #[test]
    fn what_serde_writes_is_read_back() {
        assert_eq!(read::<Row>(serde_json::to_string(&row()).expect("written")).expect("read"), row());
    }

    #[test]
    fn members_stand_in_any_order_and_others_are_passed_over() {
        let value = json!({ "inner": [], "more": {"x": [1]}, "share": 2, "flag": true, "count": -3, "id": "a" });
        assert_eq!(read_value::<Row>(value).expect("read"), Row { tries: 0, inner: Vec::new(), ..row() });
    }

    #[test]
    fn a_missing_or_wrong_member_is_an_error_that_names_it() {
        for (member, value) in [("id", json!(null)), ("count", json!("3")), ("flag", json!(1)), ("inner", json!([{}]))]
        {
            let mut whole = serde_json::to_value(row()).expect("written");
            whole[member] = value;
            let error = read_value::<Row>(whole).expect_err(member).to_string();
            assert!(error.contains(member), "{error}");
        }
        assert!(read_value::<Row>(json!({ "id": "a" })).is_err());
        assert!(read_value::<Row>(json!([])).is_err() && read::<Row>("{").is_err());
    }

    #[test]
    fn values_and_maps_are_read_as_they_are() {
        let value = json!({ "a": [1, -2, 2.5, null, "x", { "b": true }] });
        assert_eq!(read::<Value>(value.to_string()).expect("read"), value);
    }
}
