//! `robots.txt` (RFC 9309), as far as previews need it.

/// What a `robots.txt` says to us.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Robots {
    /// beginnings or patterns of paths, and whether they may be read
    rules: Vec<(String, bool)>,
}

impl Robots {
    /// Nothing may be read.
    pub fn closed() -> Self {
        Self { rules: vec![("/".to_owned(), false)] }
    }

    /// The rules for `agent` (its product name), else those for everybody.
    pub fn parse(text: &str, agent: &str) -> Self {
        let (mut ours, mut everybodys): (Option<Self>, Self) = (None, Self::default());
        // agents of the group being read; a rule ends the list of them
        let (mut for_us, mut for_all, mut in_rules) = (false, false, true);
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            match key.as_str() {
                "user-agent" => {
                    if in_rules {
                        (for_us, for_all, in_rules) = (false, false, false);
                    }
                    for_all |= value == "*";
                    for_us |= value.eq_ignore_ascii_case(agent);
                    if for_us {
                        ours.get_or_insert_with(Self::default);
                    }
                }
                "allow" | "disallow" => {
                    in_rules = true;
                    // an empty rule forbids nothing
                    if value.is_empty() {
                        continue;
                    }
                    let rule = (value.to_owned(), key == "allow");
                    if let (true, Some(ours)) = (for_us, &mut ours) {
                        ours.rules.push(rule.clone());
                    }
                    if for_all {
                        everybodys.rules.push(rule);
                    }
                }
                _ => {}
            }
        }
        ours.unwrap_or(everybodys)
    }

    /// The longest rule that fits decides; of two as long the one that allows.
    pub fn allows(&self, path: &str) -> bool {
        let fitting = self.rules.iter().filter(|(pattern, _)| fits(pattern, path));
        fitting.max_by_key(|(pattern, allowed)| (pattern.len(), *allowed)).is_none_or(|(_, allowed)| *allowed)
    }
}

/// `*` stands for anything, `$` at the end for the end.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, to_end) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let mut pieces = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut last = "";
    for piece in pieces {
        last = piece;
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    !to_end || rest.is_empty() || (pattern.contains('*') && rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(text: &str, path: &str) -> bool {
        Robots::parse(text, "AnalyticBot").allows(path)
    }

    #[test]
    fn nothing_said_is_allowed() {
        assert!(allows("", "/s/orbit"));
        assert!(allows("User-agent: *\nDisallow:\n", "/s/orbit"));
        assert!(allows("<html>not robots</html>", "/s/orbit"));
        assert!(!Robots::closed().allows("/s/orbit"));
    }

    #[test]
    fn the_group_with_our_name_goes_before_everybodys() {
        let text =
            "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: analyticbot # us\nDisallow: /private\n";
        assert!(allows(text, "/s/orbit"));
        assert!(!allows(text, "/private/x"));
        assert!(!allows("User-agent: *\nDisallow: /s/\n", "/s/orbit"));
        assert!(allows("User-agent: other\nDisallow: /\n", "/s/orbit"));
    }

    #[test]
    fn the_longest_rule_decides() {
        let text = "User-agent: *\nDisallow: /s/\nAllow: /s/orbit\nDisallow: /*before=\nDisallow: /*.php$";
        assert!(allows(text, "/s/orbit"));
        assert!(!allows(text, "/s/other"));
        assert!(!allows(text, "/s/orbit?before=7"));
        assert!(!allows(text, "/x.php") && allows(text, "/x.php5"));
    }
}
