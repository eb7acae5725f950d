//! The document as a page for people: no script, nothing from elsewhere, readable without a network.

use std::fmt::Write as _;
use std::sync::LazyLock;

use serde_json::Value;

use super::PREFIX;
use super::document::{Operation, document, operations};
use super::parameters::Parameter;

pub fn html() -> &'static str {
    static HTML: LazyLock<String> = LazyLock::new(render);
    &HTML
}

/// Inline attributes, because the policy of everything that is no page of the app allows no style sheet in the text.
const BODY: &str = "font:1rem/1.55 system-ui,sans-serif;max-width:52rem;margin:0 auto;padding:1rem;color:CanvasText;background:Canvas;color-scheme:light dark";
const CODE: &str = "font:.875rem/1.5 ui-monospace,monospace;overflow-x:auto;padding:.75rem;border:1px solid GrayText;border-radius:.5rem";
const CELL: &str = "text-align:start;vertical-align:top;padding:.375rem .75rem .375rem 0;border-top:1px solid GrayText";

fn render() -> String {
    let document = document();
    let info = &document["info"];
    let mut html = format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>AnalyticBot API</title></head><body style=\"{BODY}\"><main>\
         <h1>AnalyticBot API</h1><p>Version {}. For machines: <a href=\"{PREFIX}/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>",
        text(&info["version"])
    );
    for paragraph in info["description"].as_str().unwrap_or_default().split("\n\n") {
        _ = write!(html, "<p>{}</p>", with_code(paragraph));
    }
    _ = write!(
        html,
        "<pre style=\"{CODE}\">analyticbot apikey create --scopes read:analytics\ncurl -H \"Authorization: Bearer $KEY\" \
         http://127.0.0.1:8080{PREFIX}/channels</pre><nav aria-label=\"Requests\"><ul>"
    );
    let operations = operations();
    for operation in &operations {
        let (id, path) = (operation.id, escaped(&operation.path));
        _ = write!(html, "<li><a href=\"#{id}\">{PREFIX}{path}</a>: {}</li>", escaped(operation.summary));
    }
    html.push_str("</ul></nav>");
    for operation in &operations {
        section(&mut html, operation);
    }
    problems(&mut html, &document["components"]["responses"]);
    html.push_str("</main></body></html>");
    html
}

fn section(html: &mut String, operation: &Operation) {
    let (id, path) = (operation.id, escaped(&operation.path));
    _ = write!(
        html,
        "<section id=\"{id}\"><h2 style=\"font-size:1.125rem;overflow-wrap:anywhere\"><code>GET {PREFIX}{path}</code></h2><p>{}</p>",
        escaped(operation.summary)
    );
    if !operation.parameters.is_empty() {
        _ = write!(html, "<div style=\"overflow-x:auto\"><table style=\"border-collapse:collapse\"><tr>");
        for heading in ["Parameter", "Allowed", "Meaning"] {
            _ = write!(html, "<th scope=col style=\"{CELL}\">{heading}</th>");
        }
        html.push_str("</tr>");
        for parameter in operation.parameters {
            row(html, *parameter);
        }
        html.push_str("</table></div>");
    }
    let example = serde_json::to_string_pretty(&operation.example()).unwrap_or_default();
    _ = write!(
        html,
        "<details><summary>Example</summary><pre tabindex=0 style=\"{CODE}\">GET {}\n\n{}</pre></details></section>",
        escaped(&operation.example_request()),
        escaped(&example)
    );
}

fn row(html: &mut String, parameter: Parameter) {
    _ = write!(
        html,
        "<tr><th scope=row style=\"{CELL}\"><code>{}</code></th><td style=\"{CELL}\">{}</td><td style=\"{CELL}\">{}</td></tr>",
        parameter.name(),
        escaped(&allowed(&parameter.schema())),
        with_code(parameter.description())
    );
}

/// A schema in a few words.
fn allowed(schema: &Value) -> String {
    let mut words = if let Some(parts) = schema["anyOf"].as_array() {
        parts.iter().map(allowed).collect::<Vec<_>>().join(" or ")
    } else if let Some(values) = schema["enum"].as_array() {
        values.iter().map(text).collect::<Vec<_>>().join(", ")
    } else if let Some(value) = schema["const"].as_str() {
        value.to_owned()
    } else if schema["items"].is_object() {
        format!("up to {} of: {}", schema["maxItems"], allowed(&schema["items"]))
    } else {
        let kind = schema["format"].as_str().filter(|format| format.starts_with("date"));
        kind.or(schema["type"].as_str()).unwrap_or_default().to_owned()
    };
    match (&schema["minimum"], &schema["maximum"]) {
        (Value::Null, _) => {}
        (least, Value::Null) => _ = write!(words, " from {least}"),
        (least, most) => _ = write!(words, " from {least} to {most}"),
    }
    if !schema["default"].is_null() {
        _ = write!(words, "; default {}", text(&schema["default"]));
    }
    words
}

fn problems(html: &mut String, problems: &Value) {
    html.push_str("<section id=\"problems\"><h2 style=\"font-size:1.125rem\">Problems</h2><dl>");
    for problem in problems.as_object().into_iter().flat_map(serde_json::Map::values) {
        let example = &problem["content"]["application/problem+json"]["example"];
        let json = serde_json::to_string_pretty(example).unwrap_or_default();
        _ = write!(
            html,
            "<dt><b>{} {}</b></dt><dd style=\"margin:0 0 1rem\">{}<pre tabindex=0 style=\"{CODE}\">{}</pre></dd>",
            example["status"],
            escaped(&text(&example["title"])),
            escaped(&text(&problem["description"])),
            escaped(&json)
        );
    }
    html.push_str("</dl></section>");
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What stands between backticks is code.
fn with_code(paragraph: &str) -> String {
    let parts = paragraph.split('`').enumerate();
    parts
        .map(|(index, part)| if index % 2 == 1 { format!("<code>{}</code>", escaped(part)) } else { escaped(part) })
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_and_parameter_is_on_the_page() {
        let html = html();
        for operation in operations() {
            assert!(html.contains(&format!("id=\"{}\"", operation.id)), "{}", operation.id);
        }
        for name in ["min_views", "max_gap", "date-time", "from 1 to 1000", "429"] {
            assert!(html.contains(name), "{name}");
        }
    }

    #[test]
    fn nothing_on_the_page_is_markup_by_accident_or_from_elsewhere() {
        assert_eq!(with_code("a `b<c>` & d"), "a <code>b&lt;c&gt;</code> &amp; d");
        let html = html();
        assert!(!html.contains("<script") && !html.contains("<style") && !html.contains("src="));
        assert!(!html.replace("http://127.0.0.1:8080", "").contains("://"), "no address elsewhere");
    }
}
