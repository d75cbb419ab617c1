//! `io.ktor.http`: `Codecs.kt` and `Query.kt`.

fn percent(bytes: &[u8], kept: &str, space: &str) -> String {
    let mut out = String::new();
    for byte in bytes {
        let c = char::from(*byte);
        if byte.is_ascii_alphanumeric() || byte.is_ascii() && kept.contains(c) {
            out.push(c);
        } else if c == ' ' {
            out += space;
        } else {
            out += &format!("%{byte:02X}");
        }
    }
    out
}

pub(crate) fn encode_url_parameter(text: &str) -> String {
    percent(text.as_bytes(), "-._~", "+")
}

pub(crate) fn encode_url_query_component(text: &str) -> String {
    percent(text.as_bytes(), ":/?#[]@!$&'()*,;=-._~+", "%20")
}

/// `None` where Ktor throws.
pub(crate) fn decode(text: &str, plus_is_space: bool) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut index = 0;
    while index < bytes.len() {
        match bytes[index] {
            b'+' if plus_is_space => out.push(b' '),
            b'%' => {
                let digits = text.get(index + 1..index + 3)?;
                if digits.starts_with('+') {
                    return None;
                }
                out.push(u8::from_str_radix(digits, 16).ok()?);
                index += 2;
            }
            byte => out.push(byte),
        }
        index += 1;
    }
    String::from_utf8(out).ok()
}

/// `Parameters`: names without regard to case, each with its values.
pub(crate) type Parameters = Vec<(String, Vec<String>)>;

pub(crate) fn append(parameters: &mut Parameters, name: &str, value: Option<String>) {
    let same = |(known, _): &&mut (String, _)| known.to_lowercase() == name.to_lowercase();
    match parameters.iter_mut().find(same) {
        Some((_, values)) => values.extend(value),
        None => parameters.push((name.to_owned(), value.into_iter().collect())),
    }
}

/// `None` where Ktor throws.
pub(crate) fn parse_query_string(text: &str) -> Option<Parameters> {
    let mut parameters = Vec::new();
    for part in text.split('&').take(1000) {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (part.trim(), None),
        };
        if !name.is_empty() {
            let value = match value {
                Some(value) => Some(decode(value, true)?),
                None => None,
            };
            append(&mut parameters, &decode(name, false)?, value);
        }
    }
    Some(parameters)
}

pub(crate) fn first<'p>(parameters: &'p Parameters, name: &str) -> Option<&'p str> {
    let same = |(known, _): &&(String, Vec<String>)| known.to_lowercase() == name.to_lowercase();
    let (_, values) = parameters.iter().find(same)?;
    values.first().map(String::as_str)
}

pub(crate) fn form_url_encode(parameters: &Parameters) -> String {
    let pair = |name: &str, value: &str| {
        format!(
            "{}={}",
            encode_url_parameter(name),
            encode_url_parameter(value)
        )
    };
    let of_one = |(name, values): &(String, Vec<String>)| {
        let pairs = values.iter().map(|value| pair(name, value));
        pairs.collect::<Vec<_>>()
    };
    parameters
        .iter()
        .flat_map(of_one)
        .collect::<Vec<_>>()
        .join("&")
}
