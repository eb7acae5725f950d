//! A call's parameters: from the query, a form, JSON or multipart; values in forms are text or JSON in text.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{FromRequest as _, Multipart, Query, Request};
use axum::http::header;
use serde_json::{Map, Value, json};

use super::Refusal;

/// An uploaded file.
pub struct Upload {
    pub name: String,
    pub bytes: Vec<u8>,
}

#[derive(Default)]
pub struct Parameters {
    values: Map<String, Value>,
    uploads: BTreeMap<String, Upload>,
}

impl Parameters {
    pub async fn read(request: Request) -> Result<Self, Refusal> {
        let unreadable = |what: &str| Refusal::bad(&format!("can't read the {what}"));
        let mut parameters = Self::default();
        if let Ok(Query(pairs)) = Query::<BTreeMap<String, String>>::try_from_uri(request.uri()) {
            parameters.texts(pairs);
        }
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/json") {
            let body = axum::body::Bytes::from_request(request, &()).await.map_err(|_| unreadable("body"))?;
            match serde_json::from_slice(&body) {
                Ok(Value::Object(values)) => parameters.values.extend(values),
                _ => return Err(Refusal::bad("can't parse JSON object")),
            }
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            let Form(pairs) =
                Form::<BTreeMap<String, String>>::from_request(request, &()).await.map_err(|_| unreadable("form"))?;
            parameters.texts(pairs);
        } else if kind.starts_with("multipart/form-data") {
            let mut form = Multipart::from_request(request, &()).await.map_err(|_| unreadable("multipart form"))?;
            while let Some(field) = form.next_field().await.map_err(|_| unreadable("multipart form"))? {
                let name = field.name().unwrap_or_default().to_owned();
                let file = field.file_name().map(str::to_owned);
                let bytes = field.bytes().await.map_err(|_| Refusal::new(413, "Request Entity Too Large"))?.to_vec();
                if let Some(file) = file {
                    parameters.uploads.insert(name, Upload { name: file, bytes });
                } else {
                    let text = String::from_utf8(bytes);
                    let text = text.map_err(|_| Refusal::bad("strings must be encoded in UTF-8"))?;
                    parameters.values.insert(name, Value::String(text));
                }
            }
        }
        Ok(parameters)
    }

    fn texts(&mut self, pairs: BTreeMap<String, String>) {
        self.values.extend(pairs.into_iter().map(|(key, value)| (key, Value::String(value))));
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key).and_then(Value::as_str)
    }

    /// A number, also one in text.
    pub fn number(&self, key: &str) -> Option<i64> {
        let value = self.values.get(key)?;
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }

    pub fn flag(&self, key: &str) -> bool {
        matches!(self.values.get(key), Some(Value::Bool(true))) || matches!(self.text(key), Some("true" | "True" | "1"))
    }

    /// An object or a list, also one in text.
    pub fn json(&self, key: &str) -> Result<Option<Value>, Refusal> {
        match self.values.get(key) {
            Some(Value::String(text)) if !text.is_empty() => match serde_json::from_str(text) {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(Refusal::bad(&format!("can't parse {key} JSON object"))),
            },
            Some(Value::String(_) | Value::Null) | None => Ok(None),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    pub fn upload(&self, key: &str) -> Option<&Upload> {
        self.uploads.get(key)
    }

    /// As it came, for the log of what was sent; JSON in text is shown as JSON.
    pub fn as_json(&self) -> Value {
        let shown = |value: &Value| match value {
            Value::String(text) if text.starts_with(['{', '[']) => serde_json::from_str(text).unwrap_or(json!(text)),
            other => other.clone(),
        };
        Value::Object(self.values.iter().map(|(key, value)| (key.clone(), shown(value))).collect())
    }

    /// Name and size of each upload.
    pub fn files(&self) -> BTreeMap<String, (String, usize)> {
        self.uploads.iter().map(|(key, upload)| (key.clone(), (upload.name.clone(), upload.bytes.len()))).collect()
    }
}
