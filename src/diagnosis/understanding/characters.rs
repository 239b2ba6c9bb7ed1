//! Single characters: apostrophes, accents, fractions, scripts without spaces.

pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | '＇')
}

pub(super) fn combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}' | '\u{200b}'..='\u{200d}')
}

/// Scripts written without spaces: every character stands for a word of its own.
pub(super) fn alone(c: char) -> bool {
    c >= '\u{e00}'
        && matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

pub(super) fn fraction(c: char) -> Option<f64> {
    match c {
        '½' => Some(0.5),
        '¼' => Some(0.25),
        '¾' => Some(0.75),
        _ => None,
    }
}

/// Appends `c` in lower case and without its accent.
pub(super) fn push_plain(c: char, text: &mut String) {
    if c.is_ascii() {
        text.push(c.to_ascii_lowercase());
        return;
    }
    for c in c.to_lowercase() {
        match c {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' => text.push('a'),
            'ç' | 'ć' | 'č' => text.push('c'),
            'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' => text.push('e'),
            'ì' | 'í' | 'î' | 'ï' | 'ī' => text.push('i'),
            'ñ' | 'ń' => text.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' => text.push('o'),
            'ù' | 'ú' | 'û' | 'ü' | 'ū' => text.push('u'),
            'ý' | 'ÿ' => text.push('y'),
            'š' | 'ś' => text.push('s'),
            'ž' | 'ź' | 'ż' => text.push('z'),
            'æ' => text.push_str("ae"),
            'œ' => text.push_str("oe"),
            'ß' => text.push_str("ss"),
            'ﬁ' => text.push_str("fi"),
            'ﬂ' => text.push_str("fl"),
            _ if combining(c) => {}
            _ => text.push(c),
        }
    }
}
