//! Pages as they leave the server: numbers in the HTML, statuses, health.

use domain::zone::Zone;
use http::StatusCode;
use store::collect::member_changes::{self, MemberChange};

use crate::app::TestApp;

#[tokio::test]
async fn the_numbers_are_in_the_html_before_any_script_runs() {
    let app = TestApp::with_a_channel().await;
    let slug = app.slug().await;
    let page = app.get(&format!("/channels/{slug}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let html = page.text();
    let channel = services::channels::list(&app.state.ctx, &app.operator).await.expect("channels").remove(0);
    assert!(html.contains(&channel.channel.title), "the title of the channel");
    assert!(html.contains("/pkg/app.js"), "the script that takes over");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
}

#[tokio::test]
async fn html_is_compressed_for_who_accepts_it() {
    let app = TestApp::with_a_channel().await;
    let path = format!("/channels/{}", app.slug().await);
    let plain = app.get(&path).await;
    let packed = app.get_with(&path, &[("accept-encoding", "br")]).await;
    assert_eq!((plain.header("content-encoding"), packed.header("content-encoding")), ("", "br"));
    assert!(packed.bytes.len() * 2 < plain.bytes.len(), "{} of {}", packed.bytes.len(), plain.bytes.len());
}

#[tokio::test]
async fn what_is_not_there_is_a_page_with_its_status() {
    let app = TestApp::with_a_channel().await;
    let slug = app.slug().await;
    for path in [
        "/no/such/page",
        "/channels/no_such_channel",
        "/channels/no_such_channel/analytics",
        &format!("/channels/{slug}/posts/999999999"),
    ] {
        let page = app.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.text().contains("<html"), "{path} has a page");
        assert!(page.text().contains("href=\"/"), "{path} has a way back");
    }
}

#[tokio::test]
async fn the_root_leads_everybody_to_a_channel() {
    let app = TestApp::with_a_channel().await;
    for accept in ["text/html", "*/*"] {
        let page = app.get_with("/", &[("accept", accept)]).await;
        assert_eq!(page.status, StatusCode::FOUND, "{accept}");
        assert_eq!(page.header("location"), format!("/channels/{}", app.slug().await));
    }
}

#[tokio::test]
async fn what_is_a_persons_own_is_kept_by_no_proxy() {
    let app = TestApp::with_a_channel().await;
    for path in [format!("/channels/{}", app.slug().await), "/api/session".to_owned()] {
        assert_eq!(app.get(&path).await.header("cache-control"), "private, no-cache", "{path}");
    }
}

#[tokio::test]
async fn an_empty_workspace_says_how_to_fill_it() {
    let app = TestApp::demo().await;
    let page = app.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("analyticbot demo"), "{}", page.text());
}

#[tokio::test]
async fn who_came_by_which_link_is_told_beside_the_growth() {
    const DAY_S: i64 = 86_400;
    let app = TestApp::with_a_channel().await;
    let path = format!("/channels/{}/analytics/growth", app.slug().await);
    assert!(app.get(&path).await.text().contains("No joins by link are known"));
    let channel = services::channels::visible(&app.state.ctx, &app.operator).await.expect("channels").remove(0);
    let yesterday = app.now() - DAY_S;
    let link = "https://t.me/+AbCdEfGhIjKlMnOp";
    let mut tx = app.state.ctx.db.write().await.expect("tx");
    for (update_id, at, name) in [(1, yesterday, "Poster <1>"), (2, yesterday, "Poster <1>"), (3, 60, "Long ago")] {
        let change = MemberChange {
            update_id,
            at,
            day: Zone::utc().day(at),
            joined: true,
            invite_link: Some(link.to_owned()),
            link_name: Some(name.to_owned()),
        };
        assert!(member_changes::insert(&mut tx, channel.id, &change).await.expect("kept"));
    }
    store::collect::bump(&mut tx, channel.id, app.now()).await.expect("news");
    tx.commit().await.expect("commit");
    let page = app.get(&path).await.text();
    let card = page.split("id=\"link-joins\"").nth(1).expect("the card").split("</section>").next().expect("its end");
    for said in ["Poster &lt;1&gt;", "t.me/+AbCdEfGh…", "<b>2"] {
        assert!(card.contains(said), "{said}: {card}");
    }
    assert!(!page.contains("IjKlMnOp"), "whoever has the whole link can join");
}

#[tokio::test]
async fn health_says_that_it_runs_and_what_it_needs() {
    let app = TestApp::demo().await;
    assert_eq!(app.get("/healthz").await.json()["status"], "ok");
    let ready = app.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    let ready = ready.json();
    for part in ["database", "migrations", "queue"] {
        assert_eq!(ready[part]["status"], "ok", "{ready}");
    }
    app.state.stopping.cancel();
    assert_eq!(app.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(app.get("/healthz").await.header("connection"), "close");
}

#[tokio::test]
async fn a_lost_database_is_told_and_healthz_stays() {
    let app = TestApp::demo().await;
    app.state.ctx.db.close().await;
    assert_eq!(app.get("/healthz").await.status, StatusCode::OK);
    let ready = app.get("/readyz").await;
    assert_eq!(
        (ready.status, ready.json()["database"]["status"].as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, Some("failed"))
    );
    let page = app.get("/").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.text().contains("<html"), "a page, not a blank");
}
