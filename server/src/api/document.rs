//! The `OpenAPI` 3.1 document, made from what answers: paths from the tables of this folder, schemas from the types that
//! are serialised, examples from `examples/`, which a test holds to real answers.

use std::sync::LazyLock;

use domain::analytics::compare::ComparedChannel;
use domain::analytics::posts::{PostView, PostViews};
use domain::screens::ProvenAdvice;
use serde_json::{Map, Value, json};
use utoipa::PartialSchema;
use utoipa::openapi::{RefOr, Schema};

use super::parameters::Parameter;
use super::question::{Question, Schemas, list_schema, schema};
use super::subject::{ApiMeta, Channels, Posts};
use super::{BEST_TIMES_PARAMETERS, CHANNELS_PARAMETERS, COMPARE_PARAMETERS, POSTS_PARAMETERS, PREFIX};

/// One kind of request as the document tells it.
pub struct Operation {
    /// unique; also the name of its example
    pub id: &'static str,
    /// below [`PREFIX`]
    pub path: String,
    pub summary: &'static str,
    pub parameters: &'static [Parameter],
    schema: fn(&Operation, &mut Schemas) -> RefOr<Schema>,
    question: Option<Question>,
    tag: &'static str,
}

impl Operation {
    /// Names of the variable parts of the path.
    pub fn path_parameters(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// A request whose answer is [`Operation::example`]: path and query.
    pub fn example_request(&self) -> String {
        let path = self.path.replace("{channel}", EXAMPLE_CHANNEL).replace("{post_id}", EXAMPLE_POST);
        let query = match self.id {
            "posts" => "?limit=2",
            "top-posts" => "?sort=views&limit=2",
            "view-curve" | "reach" => "?hours=1,24",
            _ => "",
        };
        format!("{PREFIX}{path}{query}")
    }

    /// An answer, its long lists cut.
    pub fn example(&self) -> Value {
        let text = EXAMPLES.iter().find(|(id, _)| *id == self.id).map_or("null", |(_, text)| text);
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// Of the made-up channels that `analyticbot demo --seed 1 --channels 1 --days 12` makes.
pub const EXAMPLE_CHANNEL: &str = "orbit_daily_demo";
/// Days of the past that the same channel has where the example is advice, with a backtest.
pub const EXAMPLE_DAYS_OF_ADVICE: u32 = 60;
pub const EXAMPLE_POST: &str = "233402";

/// Entries that an example's lists keep.
pub const EXAMPLE_ENTRIES: usize = 2;

macro_rules! examples {
    ($($id:literal),* $(,)?) => { &[$(($id, include_str!(concat!("examples/", $id, ".json")))),*] };
}

const EXAMPLES: &[(&str, &str)] = examples![
    "channels",
    "compare",
    "overview",
    "daily",
    "growth",
    "reach",
    "view-curve",
    "top-posts",
    "sources",
    "content",
    "trending",
    "heatmap",
    "dashboard",
    "best-times",
    "posts",
    "post",
    "post-views",
];

/// Every request there is, in the order of the document.
pub fn operations() -> Vec<Operation> {
    let about_posts = |id, path: &str, summary, parameters, schema| Operation {
        id,
        path: format!("/channels/{{channel}}/posts{path}"),
        summary,
        parameters,
        schema,
        question: None,
        tag: "posts",
    };
    let mut operations = vec![Operation {
        id: "channels",
        path: "/channels".to_owned(),
        summary: "The channels the caller may see, by title",
        parameters: CHANNELS_PARAMETERS,
        schema: |_, schemas| schema::<Channels>(schemas),
        question: None,
        tag: "channels",
    }];
    operations.extend(Question::ALL.map(|question| Operation {
        id: question.name(),
        path: format!("/channels/{{channel}}/{}", question.name()),
        summary: question.summary(),
        parameters: question.parameters(),
        schema: |of, schemas| of.question.map_or_else(Value::schema, |question| question.schema(schemas)),
        question: Some(question),
        tag: "questions",
    }));
    operations.extend([
        Operation {
            id: "best-times",
            path: "/channels/{channel}/best-times".to_owned(),
            summary: "When to post, with the proof from the channel's own past, or that it makes no difference",
            parameters: BEST_TIMES_PARAMETERS,
            schema: |_, schemas| schema::<ProvenAdvice>(schemas),
            question: None,
            tag: "questions",
        },
        about_posts("posts", "", "A channel's posts in pages, the newest first", POSTS_PARAMETERS, |_, schemas| {
            schema::<Posts>(schemas)
        }),
        about_posts("post", "/{post_id}", "One post with its whole text", &[], |_, schemas| {
            schema::<PostView>(schemas)
        }),
        about_posts(
            "post-views",
            "/{post_id}/views",
            "One post's snapshots, its views by age, and what is usual",
            &[],
            |_, schemas| schema::<PostViews>(schemas),
        ),
        Operation {
            id: "compare",
            path: "/compare".to_owned(),
            summary: "Every channel the caller may see over one window",
            parameters: COMPARE_PARAMETERS,
            schema: |_, schemas| list_schema::<ComparedChannel>(schemas),
            question: None,
            tag: "channels",
        },
    ]);
    operations
}

/// The document as JSON.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    &TEXT
}

pub fn document() -> Value {
    let mut schemas = Schemas::new();
    schema::<ApiMeta>(&mut schemas);
    let mut paths = Map::new();
    for operation in operations() {
        let data = to_value(&(operation.schema)(&operation, &mut schemas));
        let path = format!("{PREFIX}{}", operation.path);
        paths.insert(path, json!({ "get": described(&operation, &data) }));
    }
    paths.insert(format!("{PREFIX}/session"), json!({ "post": super::session::described() }));
    let mut components: Map<String, Value> =
        schemas.iter().map(|(name, schema)| (name.clone(), to_value(schema))).collect();
    components.values_mut().for_each(require_all);
    components.insert("Problem".to_owned(), problem_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "AnalyticBot",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {
                    "type": "http", "scheme": "bearer",
                    "description": "An API key with the scope read:analytics, or the token of a session.",
                },
            },
            "headers": headers(),
            "responses": problems(),
        },
    })
}

const DESCRIPTION: &str = "\
What the posts of Telegram channels reach, and why. Every answer is `{\"data\", \"meta\"}`: the numbers, and what they are \
about (`channel`, `from`, `to`, `tz`), where they come from (`sources`), how fresh they are (`as_of`) and what is partial \
about them (`warnings`). Instants are unix seconds, days are `YYYY-MM-DD`, ratios are not percent, and what is not known \
is null, never 0.\n\n\
Keys are made in Settings or by `analyticbot apikey create`. An answer carries a strong `ETag`; asked again with \
`If-None-Match` it costs nothing while the channel has not changed. `Cache-Control: no-cache` computes afresh. Lists go on \
with `cursor`, the `next` of the page before. A parameter that is unknown or out of its range is refused with 400.";

fn described(operation: &Operation, data: &Value) -> Value {
    let of_path = operation.path_parameters().map(|name| match name {
        "post_id" => json!({
            "name": name, "in": "path", "required": true, "schema": { "type": "integer", "format": "int64", "minimum": 1 },
            "description": "Telegram's id of the message; of an album, of its first message.", "example": 233_402,
        }),
        name => json!({
            "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 },
            "description": "Username with or without @, or Telegram's positive id.", "example": EXAMPLE_CHANNEL,
        }),
    });
    let parameters: Vec<Value> = of_path.chain(operation.parameters.iter().map(|one| parameter(*one))).collect();
    let has_channel = operation.path_parameters().next().is_some();
    let mut responses = json!({
        "200": {
            "description": operation.summary,
            "headers": answer_headers(),
            "content": { "application/json": {
                "schema": {
                    "type": "object", "required": ["data", "meta"],
                    "properties": { "data": data, "meta": { "$ref": "#/components/schemas/Meta" } },
                },
                "example": operation.example(),
            } },
        },
        "304": { "description": "The answer with the ETag of If-None-Match is still the same.", "headers": answer_headers() },
    });
    for (status, name) in
        [("400", "Invalid"), ("401", "Unauthorized"), ("403", "Forbidden"), ("429", "Limited"), ("503", "Unavailable")]
    {
        responses[status] = json!({ "$ref": format!("#/components/responses/{name}") });
    }
    if has_channel {
        responses["404"] = json!({ "$ref": "#/components/responses/NotFound" });
    }
    json!({
        "operationId": operation.id, "summary": operation.summary, "tags": [operation.tag],
        "parameters": parameters, "responses": responses,
    })
}

fn parameter(parameter: Parameter) -> Value {
    let mut described = json!({
        "name": parameter.name(), "in": "query", "required": false, "schema": parameter.schema(),
        "description": parameter.description(),
    });
    if parameter.example() != Value::Null {
        described["example"] = parameter.example();
    }
    if parameter == Parameter::Hours {
        // 1,24,168 and not hours=1&hours=24
        described["style"] = "form".into();
        described["explode"] = false.into();
    }
    described
}

fn answer_headers() -> Value {
    let names = [
        "ETag",
        "Last-Modified",
        "Cache-Control",
        "RateLimit-Limit",
        "RateLimit-Remaining",
        "RateLimit-Reset",
        "X-Request-Id",
    ];
    names.iter().map(|name| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }))).collect()
}

fn headers() -> Value {
    let text = |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    let number =
        |description: &str| json!({ "description": description, "schema": { "type": "integer", "minimum": 0 } });
    json!({
        "ETag": text("Strong: the same tag is the same bytes."),
        "Last-Modified": text("Last write of facts of the channel."),
        "Cache-Control": text("private, with max-age from 30 to 180 s by question."),
        "RateLimit-Limit": number("Answers computed a minute; those that are kept and 304 are free."),
        "RateLimit-Remaining": number("How many are left."),
        "RateLimit-Reset": number("Seconds until all of them are there again."),
        "Retry-After": number("Seconds to wait."),
        "X-Request-Id": text("Finds the request in the server's log."),
        "WWW-Authenticate": text("Bearer, with what is wrong."),
    })
}

fn problems() -> Value {
    let problem = |description: &str, status: u16, title: &str, detail: &str, more: &[&str], field: Option<&str>| {
        let mut example = json!({
            "type": "about:blank", "title": title, "status": status, "detail": detail, "request_id": "5e0f3a91-1c",
        });
        if let Some(field) = field {
            example["field"] = field.into();
        }
        let headers: Map<String, Value> = [&["X-Request-Id"], more]
            .concat()
            .into_iter()
            .map(|name| (name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") })))
            .collect();
        json!({
            "description": description, "headers": headers,
            "content": { "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/Problem" }, "example": example,
            } },
        })
    };
    let limit = "limit: \"0\" is not a number from 1 to 1000";
    json!({
        "Invalid": problem("A parameter is unknown, given twice, or not allowed.", 400, "Bad Request", limit, &[], Some("limit")),
        "Unauthorized": problem(
            "No key or token, or one that is unknown, expired or revoked.", 401, "Unauthorized",
            "this key or token is unknown, expired or revoked", &["WWW-Authenticate"], None,
        ),
        "Forbidden": problem(
            "The key lacks the scope.", 403, "Forbidden", "this key lacks the scope read:analytics", &["WWW-Authenticate"], None,
        ),
        "NotFound": problem(
            "No such channel or post, or none that the caller may see.", 404, "Not Found", "there is no such channel", &[], None,
        ),
        "Limited": problem(
            "The quota of computed answers is used up.", 429, "Too Many Requests",
            "the quota of computed answers is used up; answers that are kept and 304 stay free",
            &["Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"], None,
        ),
        "Unavailable": problem(
            "Not just now.", 503, "Service Unavailable", "the database is busy with other writes; try again in a moment",
            &["Retry-After"], None,
        ),
    })
}

fn problem_schema() -> Value {
    json!({
        "type": "object", "description": "RFC 9457.",
        "required": ["type", "title", "status", "detail", "request_id"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": { "type": "string", "description": "What happened and the way out." },
            "field": { "type": "string", "description": "The parameter that is wrong." },
            "request_id": { "type": "string", "description": "Finds the request in the server's log." },
        },
    })
}

fn to_value(schema: &RefOr<Schema>) -> Value {
    // plain data without maps of other keys than text
    serde_json::to_value(schema).unwrap_or_default()
}

/// A field that may be null is always there: what is not known is null. The derive takes every `Option` for a field that
/// may be missing; only one that is declared never to be null is.
fn require_all(schema: &mut Value) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let required: Vec<&Value> = schema["required"].as_array().into_iter().flatten().collect();
        let is_required = |name: &str| required.iter().any(|required| *required == name);
        let names = properties.iter().filter(|(name, field)| is_required(name) || may_be_null(field));
        let names: Vec<&String> = names.map(|(name, _)| name).collect();
        schema["required"] = json!(names);
    }
    for part in ["allOf", "oneOf"] {
        if let Some(parts) = schema.get_mut(part).and_then(Value::as_array_mut) {
            parts.iter_mut().for_each(require_all);
        }
    }
}

fn may_be_null(schema: &Value) -> bool {
    let is_null = |kind: &Value| kind == "null";
    is_null(&schema["type"])
        || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(is_null))
        || schema["oneOf"].as_array().is_some_and(|parts| parts.iter().any(may_be_null))
}
