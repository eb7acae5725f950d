//! What Prometheus reads of the real program after requests: one recorder a process, so one process a test.

use crate::program::{Program, Server};

const TOKEN: &str = "for-the-watcher";
const CHANNEL: &str = "/api/v2/channels/orbit_daily_demo";
const REQUESTS: &str = "analyticbot_http_request_seconds";

/// A sample's value by its name and labels, which stand in any order.
fn sample(text: &str, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    text.lines().find_map(|line| {
        let (series, value) = line.rsplit_once(' ')?;
        let (of, rest) = series.split_once('{').unwrap_or((series, "}"));
        let pairs: Vec<&str> = rest.trim_end_matches('}').split("\",").map(|pair| pair.trim_end_matches('"')).collect();
        let has = |(label, value): &(&str, &str)| pairs.contains(&format!("{label}=\"{value}").as_str());
        (of == name && labels.iter().all(has)).then(|| value.parse().ok())?
    })
}

fn read(server: &Server) -> String {
    let answer = server.get_with("/metrics", &[("Authorization", &format!("Bearer {TOKEN}"))]).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer
}

const OVERVIEW: &str = "/api/v2/channels/{channel}/overview";

#[test]
fn after_requests_the_numbers_are_theirs() {
    let program = Program::new().with("ANALYTICBOT_SERVER__METRICS_TOKEN", TOKEN);
    program.done(&["demo", "--channels", "2", "--days", "10"]);
    let key = program.json(&["apikey", "create"])["key"].as_str().expect("a key").to_owned();
    // leaves a job that nobody does while only the web role runs
    program.done(&["channel", "delete", "osh_va_non_demo", "--confirm", "Osh va Non"]);
    let server = program.serve(&["--roles", "web"]);
    let authorization = format!("Bearer {key}");
    let ask = |path: &str, more: &[(&str, &str)]| {
        let headers = [&[("Authorization", authorization.as_str())], more].concat();
        server.get_with(path, &headers).expect("an answer")
    };

    let before = read(&server);
    assert_eq!(sample(&before, "analyticbot_api_answers_total", &[("level", "computed")]), None, "nothing yet");
    let first = ask(&format!("{CHANNEL}/overview"), &[]);
    let etag = first.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag").trim().to_owned();
    ask(&format!("{CHANNEL}/overview?tz=UTC"), &[]);
    ask(&format!("{CHANNEL}/overview"), &[]);
    for _ in 0..3 {
        ask(&format!("{CHANNEL}/overview"), &[("If-None-Match", &etag)]);
    }
    ask(&format!("{CHANNEL}/overview?colour=red"), &[]);
    // strangers cannot make rows
    for made_up in ["/api/v2/a", "/api/v2/b", "/c.php"] {
        ask(made_up, &[]);
    }

    let after = read(&server);
    let requests = |route: &str, status: &str| {
        let labels = [("route", route), ("method", "GET"), ("status", status)];
        sample(&after, &format!("{REQUESTS}_count"), &labels)
    };
    assert_eq!(requests(OVERVIEW, "200"), Some(3.0), "{after}");
    assert_eq!(requests(OVERVIEW, "304"), Some(3.0), "{after}");
    assert_eq!(requests(OVERVIEW, "400"), Some(1.0), "{after}");
    assert_eq!(requests("/metrics", "200"), Some(1.0), "{after}");
    for made_up in ["/api/v2/a", "/api/v2/b", "/c.php"] {
        assert!(!after.contains(&format!("\"{made_up}\"")), "{after}");
    }
    let of_overview = [("route", OVERVIEW), ("status", "200")];
    let within = |le: &str| {
        let labels = [&of_overview[..], &[("le", le)]].concat();
        sample(&after, &format!("{REQUESTS}_bucket"), &labels).expect(le)
    };
    let buckets = ["0.00025", "0.001", "0.01", "0.1", "1", "10", "+Inf"].map(within);
    assert!(buckets.is_sorted(), "each bucket holds those before it: {buckets:?}");
    assert_eq!(buckets.last(), Some(&3.0));
    let took = sample(&after, &format!("{REQUESTS}_sum"), &of_overview).expect("a sum");
    assert!(took > 0.0 && took < 30.0, "seconds: {took}");

    for (level, answers) in [("computed", 2.0), ("process", 1.0), ("client", 3.0)] {
        let counted = sample(&after, "analyticbot_api_answers_total", &[("level", level)]);
        assert_eq!(counted, Some(answers), "{level}: {after}");
    }
    let connections = |state: &str| {
        sample(&after, "analyticbot_database_connections", &[("state", state)]).unwrap_or_else(|| panic!("{after}"))
    };
    assert!(connections("open") >= 1.0 && connections("idle") <= connections("open"), "{after}");
    assert!(connections("open") <= connections("allowed"), "{after}");
    for (state, jobs) in [("waiting", 1.0), ("running", 0.0), ("failed", 0.0)] {
        assert_eq!(sample(&after, "analyticbot_jobs", &[("state", state)]), Some(jobs), "{state}: {after}");
    }
    assert!(sample(&after, "analyticbot_jobs_late_seconds", &[]).is_some_and(|late| (0.0..600.0).contains(&late)));
}

#[test]
fn without_the_token_nothing_is_told() {
    let program = Program::new().with("ANALYTICBOT_SERVER__METRICS_TOKEN", TOKEN);
    let server = program.serve(&["--roles", "web"]);
    for headers in [&[][..], &[("Authorization", "Bearer for-the-watcheR")]] {
        let answer = server.get_with("/metrics", headers).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 401") && !answer.contains("analyticbot_"), "{answer}");
    }
}
