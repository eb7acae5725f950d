//! Finding elements by their class, and the text that a person would read in them.

use ego_tree::iter::Edge;
use scraper::{ElementRef, Node};

pub(crate) fn has_class(element: ElementRef<'_>, class: &str) -> bool {
    element.value().classes().any(|of_element| of_element == class)
}

/// Elements with the class inside `root`, in order.
pub(crate) fn all<'a>(root: ElementRef<'a>, class: &str) -> impl Iterator<Item = ElementRef<'a>> {
    root.descendent_elements().skip(1).filter(move |element| has_class(*element, class))
}

/// The first of [`all`].
pub(crate) fn first<'a>(root: ElementRef<'a>, class: &str) -> Option<ElementRef<'a>> {
    all(root, class).next()
}

pub(crate) fn has(root: ElementRef<'_>, class: &str) -> bool {
    first(root, class).is_some()
}

/// On one line, without what only separates words.
pub(crate) fn line(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As it was written: `<br>` and the edges of blocks are line ends; emoji are the characters they stand for, links their
/// text.
pub(crate) fn written(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    let mut at_edge = false;
    // the first edge opens the element itself; no recursion: markup may be nested deeply
    for edge in element.traverse().skip(1) {
        let (node, opens) = match edge {
            Edge::Open(node) => (node, true),
            Edge::Close(node) => (node, false),
        };
        match node.value() {
            Node::Text(piece) if opens => {
                if at_edge && !text.is_empty() && !text.ends_with('\n') && !piece.trim().is_empty() {
                    text.push('\n');
                }
                at_edge = at_edge && piece.trim().is_empty();
                text.push_str(piece);
            }
            Node::Element(inner) => match inner.name() {
                "br" if opens => {
                    text.push('\n');
                    at_edge = false;
                }
                "blockquote" | "pre" | "div" => at_edge = true,
                _ => {}
            },
            _ => {}
        }
    }
    text.trim_matches('\n').trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;

    fn text(html: &str) -> String {
        written(Html::parse_fragment(html).root_element())
    }

    #[test]
    fn text_is_read_as_it_was_written() {
        assert_eq!(text("one<br/>two<br><br>three"), "one\ntwo\n\nthree");
        assert_eq!(text(r#"a <i class="emoji" style="background-image:url('x')"><b>🔥</b></i> b"#), "a 🔥 b");
        assert_eq!(text(r#"<tg-emoji emoji-id="5"><i class="emoji"><b>👍</b></i></tg-emoji>!"#), "👍!");
        assert_eq!(
            text(r#"see <a href="https://example.org/?a=1&amp;b=2">example.org</a> &amp; <b>more</b>"#),
            "see example.org & more"
        );
        assert_eq!(text("said:<blockquote>a<br>b</blockquote>so"), "said:\na\nb\nso");
        assert_eq!(text("<pre>fn main() {\n    run();\n}</pre>"), "fn main() {\n    run();\n}");
        assert_eq!(text("<tg-spoiler>secret</tg-spoiler><br/>"), "secret");
    }

    #[test]
    fn deep_markup_does_not_exhaust_the_stack() {
        let deep = format!("{}x{}", "<b>".repeat(100_000), "</b>".repeat(100_000));
        assert!(text(&deep).ends_with('x'));
    }
}
