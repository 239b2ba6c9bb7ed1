//! What a client may send, and how it is read.

use serde_json::{Map, Value};

use super::{ErrorCode, Fault};

/// The longest `client_id`, in bytes. A UUID is what clients send; any short printable text would do as well.
pub const CLIENT_ID_BYTES: usize = 64;

/// What a client may send, one JSON object a text frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientFrame {
    /// A new message.
    Send(Draft),
    /// The user began or stopped typing.
    Typing {
        /// Whether they type.
        on: bool,
    },
    /// The user has read everything up to this message.
    Read {
        /// The last message read.
        seq: u64,
    },
    /// Asks for everything after a message again.
    Sync {
        /// The last message that the client has without a gap.
        after: u64,
    },
    /// Asks for a `pong`.
    Ping,
}

/// A message as its author hands it in, by socket or by REST.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The author's own name for this message: the same one again is the same message again.
    pub client_id: String,
    /// The text.
    pub body: String,
    /// Uploaded files; none can be attached yet.
    pub attachment_ids: Vec<String>,
    /// The `seq` of the message that this one answers.
    pub reply_to: Option<u64>,
}

/// Whether a `client_id` is one that the room takes: short, printable, not empty.
#[must_use]
pub fn is_client_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= CLIENT_ID_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl ClientFrame {
    /// Reads a frame.
    ///
    /// # Errors
    /// `invalid_json`, `unknown_type`, or `invalid_frame` naming the field. The shell never calls this itself:
    /// the room reads frames, and counts the bad ones.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let value: Value = serde_json::from_slice(text.as_bytes()).map_err(|_| Fault::new(ErrorCode::InvalidJson))?;
        let Value::Object(map) = value else {
            return Err(Fault::new(ErrorCode::InvalidFrame));
        };
        let fields = Fields(map);
        let client_id = fields.peek_client_id();
        fields.frame().map_err(|fault| match client_id {
            Some(id) if fault.code == ErrorCode::InvalidFrame => fault.about(&id),
            _ => fault,
        })
    }
}

/// A frame's fields, each taken out by name, so that what is left at the end is unknown.
struct Fields(Map<String, Value>);

impl Fields {
    fn frame(mut self) -> Result<ClientFrame, Fault> {
        let Some(Value::String(kind)) = self.0.remove("type") else {
            return Err(Fault::new(ErrorCode::UnknownType));
        };
        let frame = match kind.as_str() {
            "send" => ClientFrame::Send(self.draft()?),
            "typing" => ClientFrame::Typing { on: self.flag("on")? },
            "read" => ClientFrame::Read { seq: self.number("seq")? },
            "sync" => ClientFrame::Sync { after: self.number("after")? },
            "ping" => ClientFrame::Ping,
            _ => return Err(Fault::new(ErrorCode::UnknownType)),
        };
        match self.0.keys().next() {
            Some(name) => Err(Fault::field(name, "unknown field")),
            None => Ok(frame),
        }
    }

    fn draft(&mut self) -> Result<Draft, Fault> {
        let client_id = self.text("client_id")?;
        if !is_client_id(&client_id) {
            return Err(Fault::field("client_id", "must be a UUID"));
        }
        Ok(Draft {
            client_id,
            body: self.text("body")?,
            attachment_ids: self.texts("attachment_ids")?,
            reply_to: match self.0.remove("reply_to") {
                None | Some(Value::Null) => None,
                Some(value) => Some(value.as_u64().ok_or_else(|| Fault::field("reply_to", "must be a seq or null"))?),
            },
        })
    }

    fn peek_client_id(&self) -> Option<String> {
        let id = self.0.get("client_id")?.as_str()?;
        is_client_id(id).then(|| id.to_owned())
    }

    fn text(&mut self, name: &str) -> Result<String, Fault> {
        match self.0.remove(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(Fault::field(name, "must be a string")),
        }
    }

    fn flag(&mut self, name: &str) -> Result<bool, Fault> {
        self.0.remove(name).and_then(|value| value.as_bool()).ok_or_else(|| Fault::field(name, "must be true or false"))
    }

    fn number(&mut self, name: &str) -> Result<u64, Fault> {
        self.0
            .remove(name)
            .and_then(|value| value.as_u64())
            .ok_or_else(|| Fault::field(name, "must be a whole number from 0"))
    }

    fn texts(&mut self, name: &str) -> Result<Vec<String>, Fault> {
        let wrong = || Fault::field(name, "must be a list of strings");
        match self.0.remove(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text),
                    _ => Err(wrong()),
                })
                .collect(),
            Some(_) => Err(wrong()),
        }
    }
}
