//! Checks values against the schemas of the document: the keywords of JSON Schema that it uses, and no others.

use serde_json::{Map, Value};

/// What is said for people, or of the bounds of requests alone.
const PASSED_OVER: [&str; 14] = [
    "description",
    "default",
    "example",
    "examples",
    "format",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
    "propertyNames",
    "enum",
];

/// The faults of a value, each with its place.
pub fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(document, schema, value, "", &mut found);
    found
}

fn check(document: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let schema = schema.as_object().expect("a schema");
    for (keyword, wanted) in schema {
        match keyword.as_str() {
            "$ref" => {
                let pointer = wanted.as_str().and_then(|name| name.strip_prefix('#')).expect("a reference");
                let schema = document.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is not there"));
                check(document, schema, value, place, found);
            }
            "oneOf" => {
                let fits = |schema: &&Value| faults(document, schema, value).is_empty();
                if wanted.as_array().expect("schemas").iter().filter(fits).count() != 1 {
                    found.push(format!("{place}: {value} fits not exactly one"));
                }
            }
            "type" => check_type(wanted, value, place, found),
            "items" => value.as_array().into_iter().flatten().enumerate().for_each(|(index, value)| {
                check(document, wanted, value, &format!("{place}/{index}"), found);
            }),
            "required" => check_required(wanted, value, place, found),
            "properties" => check_properties(document, schema, value, place, found),
            "additionalProperties" => {}
            keyword => assert!(PASSED_OVER.contains(&keyword), "the keyword {keyword} is not known here"),
        }
    }
    if let (Some(names), Value::String(_)) = (schema.get("enum").and_then(Value::as_array), value)
        && !names.contains(value)
    {
        found.push(format!("{place}: {value} is none of {names:?}"));
    }
}

fn check_type(wanted: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let is = |name: &Value| match name.as_str().expect("a type") {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the type {other} is not known here"),
    };
    if !wanted.as_array().map_or_else(|| is(wanted), |names| names.iter().any(is)) {
        found.push(format!("{place}: {value} is not of the type {wanted}"));
    }
}

fn check_required(wanted: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let names = wanted.as_array().into_iter().flatten().filter_map(Value::as_str);
    let Some(object) = value.as_object() else { return };
    found.extend(names.filter(|name| !object.contains_key(*name)).map(|name| format!("{place}/{name} is missing")));
}

/// A field that the document does not know is a fault as well.
fn check_properties(
    document: &Value,
    schema: &Map<String, Value>,
    value: &Value,
    place: &str,
    found: &mut Vec<String>,
) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let place = format!("{place}/{name}");
        match (&schema["properties"][name], schema.get("additionalProperties")) {
            (Value::Null, None | Some(Value::Bool(false))) => found.push(format!("{place} is not known")),
            (Value::Null, _) => {}
            (schema, _) => check(document, schema, value, &place, found),
        }
    }
}
