//! The Mini App host in a real Chromium, with an app that speaks the protocol without anybody's script.

use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::response::Html;
use axum::routing::get;
use fake_telegram::FakeTelegram;
use fake_telegram::scenario::Scenario;
use tokio::net::TcpListener;

/// Asks the host everything, sets its buttons, and writes what it heard into the main button.
const APP: &str = r"<!DOCTYPE html><script>
const heard = {};
const say = (eventType, eventData = {}) => parent.postMessage(JSON.stringify({eventType, eventData}), '*');
addEventListener('message', (message) => {
  if (message.source !== parent) return;
  const {eventType, eventData} = JSON.parse(message.data);
  heard[eventType] = eventData;
  if (eventType === 'back_button_pressed') say('web_app_setup_back_button', {is_visible: false});
  const data = new URLSearchParams(location.hash.slice(1));
  const all = ['theme_changed', 'viewport_changed', 'safe_area_changed', 'content_safe_area_changed', 'custom_method_invoked'];
  if (all.every((type) => heard[type])) {
    say('web_app_setup_main_button', {is_visible: true, is_active: true, color: '#112233',
      text: `heard ${heard.theme_changed.theme_params.bg_color} ${heard.custom_method_invoked.result.a} ${data.get('tgWebAppVersion')} ${new URLSearchParams(data.get('tgWebAppData')).get('start_param')}`});
  }
});
say('iframe_ready', {reload_supported: true});
say('web_app_request_theme');
say('web_app_request_viewport');
say('web_app_request_safe_area');
say('web_app_request_content_safe_area');
say('web_app_setup_back_button', {is_visible: true});
say('web_app_setup_closing_behavior', {need_confirmation: true});
say('web_app_trigger_haptic_feedback', {type: 'impact', impact_style: 'light'});
say('web_app_invoke_custom_method', {req_id: '1', method: 'saveStorageValue', params: {key: 'a', value: 'kept'}});
say('web_app_invoke_custom_method', {req_id: '2', method: 'getStorageValues', params: {keys: ['a']}});
say('web_app_ready');
</script>";

#[tokio::test]
#[ignore = "needs Chromium: ./dev test telegram"]
async fn an_app_and_its_host_understand_each_other() {
    let browser = std::env::var("ANALYTICBOT_CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/app", listener.local_addr().unwrap());
    let app = Router::new().route("/app", get(async || ([(header::CACHE_CONTROL, "no-store")], Html(APP))));
    let app = tokio::spawn(async move { axum::serve(listener, app).await });
    let scenario = format!(
        "mini_app_url = \"{url}\"\n[[bots]]\ntoken = \"1:a\"\nusername = \"b\"\nname = \"B\"\n\
         [[people]]\nid = 5\nfirst_name = \"Anya\"\n"
    );
    let telegram = FakeTelegram::start(Scenario::parse(&scenario).unwrap()).await.unwrap();
    let page = format!("{}/mini-app?theme=dark&start_param=orbit", telegram.host_url());
    let profile = tempfile::tempdir().unwrap();
    let run = tokio::process::Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(page)
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(Duration::from_mins(1), run).await.expect("an answer of Chromium").unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    // dark background, kept value, version, start parameter
    assert!(dom.contains("heard #212121 kept 9.1 orbit"), "{dom}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(dom.contains("<button id=\"back\">"), "the back button is hidden: {dom}");
    app.abort();
}
