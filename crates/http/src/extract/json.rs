//! JSON into structs: every field of a wrong type is reported at once, in terms of JSON rather than of Rust.

use std::collections::BTreeMap;

use astegni_domain::decimal::Decimal;
use astegni_domain::validation::{Invalid, Violations};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

type PathError = serde_path_to_error::Error<serde_json::Error>;

/// Reads a JSON object whose fields are all optional.
///
/// Fields of a wrong type are recorded and treated as missing, so that the rest can be validated as well. Returns
/// `None` if the text is not a JSON object.
pub(super) fn read_object<T: DeserializeOwned>(text: &[u8], violations: &mut Violations) -> Option<T> {
    // Serde would read an array as a struct, field by field.
    let is_object = text.trim_ascii_start().first().is_none_or(|first| *first == b'{');
    if is_object && let Ok(input) = serde_json::from_slice(text) {
        return Some(input);
    }
    let fields = match serde_json::from_slice::<BTreeMap<String, &RawValue>>(text) {
        Ok(fields) if is_object => fields,
        Err(error) if !error.is_data() => {
            violations.add("body", Invalid::new("invalid_json", syntax_message(text, &error)));
            return None;
        }
        _ => {
            violations.add("body", Invalid::new("invalid_type", "must be a JSON object"));
            return None;
        }
    };
    let mut reader = Reader { deserialize: deserialize::<T>, violations };
    deserialize(&reader.members(&fields, "", 0, &|member| member)).ok()
}

/// Describes a syntax error by its position, without the parser's words.
fn syntax_message(text: &[u8], error: &serde_json::Error) -> String {
    if text.trim_ascii().is_empty() {
        return "is empty".to_owned();
    }
    format!("is not valid JSON (line {}, column {})", error.line(), error.column())
}

fn deserialize<T: DeserializeOwned>(text: &str) -> Result<T, PathError> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text))
}

/// Finds the values that do not fit `T` by reading each value on its own, within objects and lists of one entry.
struct Reader<'a, T> {
    deserialize: fn(&str) -> Result<T, PathError>,
    violations: &'a mut Violations,
}

/// Keeps a value at its position in the document, and leaves out everything else.
type Wrap<'a> = &'a dyn Fn(String) -> String;

impl<T> Reader<'_, T> {
    /// Returns the object without the members that do not fit.
    fn members(&mut self, members: &BTreeMap<String, &RawValue>, path: &str, depth: usize, wrap: Wrap<'_>) -> String {
        let mut fitting = Vec::new();
        for (name, value) in members {
            let key = serde_json::Value::from(name.as_str());
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let within = |value: String| wrap(format!("{{{key}:{value}}}"));
            if let Some(value) = self.value(value.get(), &path, depth + 1, &within) {
                fitting.push(format!("{key}:{value}"));
            }
        }
        format!("{{{}}}", fitting.join(","))
    }

    /// Returns the list if all of its entries fit.
    fn entries(&mut self, entries: &[&RawValue], path: &str, depth: usize, wrap: Wrap<'_>) -> Option<String> {
        let within = |value: String| wrap(format!("[{value}]"));
        let mut fitting = Vec::new();
        for (place, value) in entries.iter().enumerate() {
            fitting.push(self.value(value.get(), &format!("{path}.{place}"), depth + 1, &within));
        }
        let fitting: Option<Vec<_>> = fitting.into_iter().collect();
        fitting.map(|entries| format!("[{}]", entries.join(",")))
    }

    /// Returns the value, or the part of it that fits, and records what does not.
    fn value(&mut self, value: &str, path: &str, depth: usize, wrap: Wrap<'_>) -> Option<String> {
        let fits = |value: &str| (self.deserialize)(&wrap(value.to_owned())).map(|_| value.to_owned());
        let error = match fits(value) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let number = Decimal::parse(value);
        let integer = number.as_ref().and_then(Decimal::to_i64).map(|integer| integer.to_string());
        if let Some(Ok(integer)) = integer.as_deref().map(fits) {
            return Some(integer);
        }
        let before = self.violations.errors().len();
        if error.inner().is_data() && error.path().iter().count() > depth {
            let part = if let Ok(entries) = serde_json::from_str::<Vec<&RawValue>>(value) {
                self.entries(&entries, path, depth, wrap)
            } else if let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(value) {
                Some(self.members(&members, path, depth, wrap))
            } else {
                None
            };
            let part = part.filter(|part| (self.deserialize)(&wrap(part.clone())).is_ok());
            if part.is_some() || self.violations.errors().len() > before {
                return part;
            }
        }
        let reason = if integer.is_none() && number.is_some_and(|number| number.is_integer()) && expects_integer(&error)
        {
            Invalid::new("out_of_range", "is out of range")
        } else {
            Invalid::new("invalid_type", expected_type(&error))
        };
        self.violations.add(path, reason);
        None
    }
}

/// Returns the type that serde expected, in its own terms.
fn expectation(error: &PathError) -> String {
    let message = error.inner().to_string();
    let expected = message.rsplit_once(", expected ").map_or("", |(_, expected)| expected);
    expected.split(" at line ").next().unwrap_or_default().to_owned()
}

fn expects_integer(error: &PathError) -> bool {
    matches!(expectation(error).as_str(), "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize")
}

fn expected_type(error: &PathError) -> &'static str {
    match expectation(error).as_str() {
        _ if expects_integer(error) => "must be an integer",
        "f32" | "f64" => "must be a number",
        "a string" | "string" | "str" => "must be a string",
        "a boolean" => "must be a boolean",
        "a sequence" => "must be an array",
        expected if expected == "a map" || expected.starts_with("struct ") => "must be an object",
        _ if error.inner().to_string().starts_with("recursion limit") => "is nested too deeply",
        _ if error.inner().to_string().starts_with("number out of range") => "is out of range",
        _ if error.inner().is_syntax() => "must be valid Unicode",
        _ => "has the wrong type",
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Item {
        name: Option<String>,
        rank: Option<u8>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Input {
        id: Option<i64>,
        title: Option<String>,
        ratio: Option<f64>,
        open: Option<bool>,
        ids: Option<Vec<i64>>,
        item: Option<Item>,
        items: Option<Vec<Item>>,
        price: Option<Box<RawValue>>,
        metadata: Option<serde_json::Value>,
    }

    fn read(text: &str) -> (Option<Input>, Vec<(String, String)>) {
        let mut violations = Violations::new();
        let input = read_object(text.as_bytes(), &mut violations);
        let errors = violations.errors().iter().map(|error| (error.field.clone(), error.message.to_string()));
        (input, errors.collect())
    }

    fn message(text: &str) -> String {
        let (_, errors) = read(text);
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        let (field, message) = &errors[0];
        format!("{field} {message}")
    }

    #[test]
    fn wrong_types_are_named_in_terms_of_json() {
        for (text, expected) in [
            (r#"{"id":"1"}"#, "id must be an integer"),
            (r#"{"id":1.5}"#, "id must be an integer"),
            (r#"{"id":[]}"#, "id must be an integer"),
            (r#"{"title":1}"#, "title must be a string"),
            (r#"{"title":{"a, expected i64":1}}"#, "title must be a string"),
            (r#"{"id":"a, expected a map at line 7"}"#, "id must be an integer"),
            (r#"{"ratio":"x"}"#, "ratio must be a number"),
            (r#"{"open":"true"}"#, "open must be a boolean"),
            (r#"{"ids":7}"#, "ids must be an array"),
            (r#"{"ids":{"0":1}}"#, "ids must be an array"),
            (r#"{"item":"x"}"#, "item must be an object"),
            (r#"{"items":["x"]}"#, "items.0 must be an object"),
            (r#"{"item":{"name":false}}"#, "item.name must be a string"),
            (r#"{"id":9223372036854775808}"#, "id is out of range"),
            (r#"{"id":1e30}"#, "id is out of range"),
            (r#"{"id":1e999}"#, "id is out of range"),
            (r#"{"item":{"rank":-1}}"#, "item.rank must be an integer"),
            (r#"{"title":"\ud83d"}"#, "title must be valid Unicode"),
            (r#"{"title":"\ude00\ud83d"}"#, "title must be valid Unicode"),
        ] {
            assert_eq!(message(text), expected, "{text}");
        }
    }

    #[test]
    fn every_wrong_value_is_reported_at_its_own_path_and_the_rest_is_read() {
        let (input, errors) = read(
            r#"{"id":1,"title":2,"ids":[1,"2",3,null],"items":[{"name":"a","rank":"x"},{"name":4,"rank":5.0}],"open":0}"#,
        );
        let fields: Vec<_> = errors.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["ids.1", "ids.3", "items.0.rank", "items.1.name", "open", "title"]);
        let input = input.unwrap();
        assert_eq!((input.id, input.ids), (Some(1), None));
        let item = |name: Option<&str>, rank| Item { name: name.map(str::to_owned), rank };
        assert_eq!(input.items, Some(vec![item(Some("a"), None), item(None, Some(5))]));
    }

    #[test]
    fn integers_are_read_in_every_notation() {
        let (input, errors) = read(r#"{"id":1.0,"ids":[1e2,2.50E1,3],"item":{"rank":7.0},"price":1.50}"#);
        let input = input.unwrap();
        assert_eq!((input.id, input.ids), (Some(1), Some(vec![100, 25, 3])));
        assert_eq!(input.item.and_then(|item| item.rank), Some(7));
        assert_eq!((input.price.unwrap().get(), errors.len()), ("1.50", 0));
    }

    #[test]
    fn only_a_json_object_is_a_body() {
        for text in ["[]", "null", "7", "\"x\"", " [1,\"a\",1,true,[],null,null,null,null]"] {
            assert_eq!(message(text), "body must be a JSON object", "{text}");
        }
        for (text, position) in [
            ("{", "line 1, column 1"),
            ("{\"id\":01}", "line 1, column 8"),
            ("{\"id\":1,}", "line 1, column 9"),
            ("{\"id\":1}x", "line 1, column 9"),
            ("{\"id\":\n\"1\"}}", "line 2, column 5"),
            ("{'id':1}", "line 1, column 2"),
        ] {
            assert_eq!(message(text), format!("body is not valid JSON ({position})"), "{text}");
        }
        for text in ["", " \n"] {
            assert_eq!(message(text), "body is empty", "{text:?}");
        }
    }

    #[test]
    fn deep_nesting_is_rejected_where_it_begins() {
        let deep = format!("{{\"metadata\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        assert_eq!(message(&deep), "metadata is nested too deeply");
        let deep = format!("{{\"id\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        assert_eq!(message(&deep), "id must be an integer");
    }
}
