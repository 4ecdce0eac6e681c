//! Variables in texts: `{{name}}`, `{{name|fallback text}}`, and `{{{{` for two braces.
//!
//! Values are never treated as markup: they are inserted as they are in plain text and HTML-escaped in HTML, and what a
//! value holds is not looked at again.

use crate::recipient::Variables;
use std::borrow::Cow;

/// Why a text could not be rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A variable has neither a value nor a default.
    #[error("the variable {{{{{0}}}}} has no value and no default")]
    Missing(String),
    /// A `{{` is never closed.
    #[error("the {{{{ at character {0} is not closed")]
    Unclosed(usize),
    /// The name between the braces is empty or has other characters than letters, digits, `_`, `-` and `.`.
    #[error("the name of the variable at character {0} is not one: letters, digits, _, - and . are allowed")]
    BadName(usize),
}

/// A text, cut at its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Variable { name: &'a str, default: Option<&'a str> },
}

/// The names of the variables in a text, in order of their first use, with whether each use has a default.
///
/// # Errors
/// The text is not well formed.
pub fn variables(text: &str) -> Result<Vec<(&str, bool)>, RenderError> {
    let mut names: Vec<(&str, bool)> = Vec::new();
    for piece in pieces(text) {
        if let Piece::Variable { name, default } = piece? {
            match names.iter_mut().find(|(known, _)| *known == name) {
                Some((_, has_default)) => *has_default &= default.is_some(),
                None => names.push((name, default.is_some())),
            }
        }
    }
    Ok(names)
}

/// The text with its variables filled in as they are.
///
/// # Errors
/// The text is not well formed, or a variable has neither value nor default.
pub fn plain(text: &str, variables: &Variables) -> Result<String, RenderError> {
    render(text, variables, Cow::Owned)
}

/// The text with its variables filled in and HTML-escaped (`& < > " '`).
///
/// # Errors
/// As [`plain`].
pub fn html(text: &str, variables: &Variables) -> Result<String, RenderError> {
    render(text, variables, |value| Cow::Owned(escape_html(&value)))
}

/// Fills in the variables of every string inside a JSON value.
///
/// # Errors
/// As [`plain`].
pub fn json(value: &mut serde_json::Value, variables: &Variables) -> Result<(), RenderError> {
    match value {
        serde_json::Value::String(text) => *text = plain(text, variables)?,
        serde_json::Value::Array(items) => items.iter_mut().try_for_each(|item| json(item, variables))?,
        serde_json::Value::Object(fields) => fields.values_mut().try_for_each(|field| json(field, variables))?,
        _ => {}
    }
    Ok(())
}

/// The text with the five characters that mean something in HTML replaced by their entities.
#[must_use]
pub fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn render<'v>(
    text: &str,
    variables: &Variables,
    escape: impl Fn(String) -> Cow<'v, str>,
) -> Result<String, RenderError> {
    let mut rendered = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece? {
            Piece::Text(text) => rendered.push_str(text),
            Piece::Variable { name, default } => {
                let value = match (variables.get(name), default) {
                    (Some(value), _) => value.to_string(),
                    (None, Some(default)) => default.to_owned(),
                    (None, None) => return Err(RenderError::Missing(name.to_owned())),
                };
                rendered.push_str(&escape(value));
            }
        }
    }
    Ok(rendered)
}

fn pieces(text: &str) -> impl Iterator<Item = Result<Piece<'_>, RenderError>> {
    let mut rest = text;
    let mut failed = false;
    std::iter::from_fn(move || {
        if rest.is_empty() || failed {
            return None;
        }
        let piece = next_piece(text, &mut rest);
        failed = piece.is_err();
        Some(piece)
    })
}

fn next_piece<'a>(whole: &'a str, rest: &mut &'a str) -> Result<Piece<'a>, RenderError> {
    let current = *rest;
    let start = current.find("{{").unwrap_or(current.len());
    if start > 0 {
        *rest = &current[start..];
        return Ok(Piece::Text(&current[..start]));
    }
    if let Some(after) = current.strip_prefix("{{{{") {
        *rest = after;
        return Ok(Piece::Text(&current[..2]));
    }
    let at = || whole[..whole.len() - current.len()].chars().count();
    let end = current.find("}}").ok_or_else(|| RenderError::Unclosed(at()))?;
    let inside = &current[2..end];
    let (name, default) = match inside.split_once('|') {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    let name = name.trim();
    let allowed = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.');
    if name.is_empty() || !name.chars().all(allowed) {
        return Err(RenderError::BadName(at()));
    }
    *rest = &current[end + 2..];
    Ok(Piece::Variable { name, default })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;

    fn values() -> Variables {
        [
            ("имя", Value::Text("Анна".into())),
            ("sum", Value::Number(serde_json::Number::from(42))),
            ("paid", Value::Bool(true)),
            ("evil", Value::Text("<b>{{имя}}</b>".into())),
            ("empty", Value::Text(String::new())),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    #[test]
    fn values_defaults_and_escapes() {
        let table = [
            ("Здравствуйте, {{имя}}!", "Здравствуйте, Анна!"),
            ("{{sum}} {{ paid }}", "42 true"),
            ("{{none|нет данных}}", "нет данных"),
            ("{{none|}}.", "."),
            ("{{empty|x}}.", "."),
            ("{{{{имя}}", "{{имя}}"),
            ("{{evil}}", "<b>{{имя}}</b>"),
            ("one { brace } stays", "one { brace } stays"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(plain(text, &values()).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(html("<p>{{evil}}</p>", &values()).as_deref(), Ok("<p>&lt;b&gt;{{имя}}&lt;/b&gt;</p>"));
    }

    #[test]
    fn faults_name_the_place() {
        assert_eq!(plain("{{none}}", &values()), Err(RenderError::Missing("none".into())));
        assert_eq!(plain("да {{имя", &values()), Err(RenderError::Unclosed(3)));
        assert_eq!(plain("{{}}", &values()), Err(RenderError::BadName(0)));
        assert_eq!(plain("{{a b}}", &values()), Err(RenderError::BadName(0)));
        assert_eq!(RenderError::Missing("a".into()).to_string(), "the variable {{a}} has no value and no default");
    }

    #[test]
    fn variables_are_listed_once() {
        assert_eq!(variables("{{a}} {{b|x}} {{a|y}} {{{{c}}"), Ok(vec![("a", false), ("b", true)]));
    }

    #[test]
    fn strings_inside_json_are_rendered() {
        let mut data = serde_json::json!({"body": ["{{имя}}", 1], "k": {"v": "{{sum}}"}});
        json(&mut data, &values()).expect("rendered");
        assert_eq!(data, serde_json::json!({"body": ["Анна", 1], "k": {"v": "42"}}));
    }
}
