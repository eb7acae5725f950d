//! Live updates over a real socket.

use std::time::Duration;

use domain::identity::Role;
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::app::TestApp;

/// The outbox is read twice a second.
const SOON: Duration = Duration::from_secs(10);

type Socket = WebSocketStream<TcpStream>;

async fn listening(app: &TestApp) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(axum::serve(listener, app.router.clone()).into_future());
    address
}

pub async fn connect(address: std::net::SocketAddr, origin: &str) -> Result<Socket, Error> {
    let mut request = format!("ws://{address}/api/live").into_client_request().expect("a request");
    request.headers_mut().insert("origin", origin.parse().expect("an origin"));
    let stream = TcpStream::connect(address).await.expect("connected");
    tokio_tungstenite::client_async(request, stream).await.map(|(socket, _)| socket)
}

pub async fn say(socket: &mut Socket, message: &Value) {
    socket.send(Message::Text(message.to_string().into())).await.expect("sent");
}

/// The next text as JSON; a close as `{"closed": code}`.
pub async fn hear(socket: &mut Socket) -> Value {
    loop {
        let message = tokio::time::timeout(SOON, socket.next()).await.expect("in time");
        match message.expect("not the end").expect("a message") {
            Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
            Message::Close(frame) => return json!({ "closed": frame.map(|frame| u16::from(frame.code)) }),
            _ => {}
        }
    }
}

/// What an import does, at the end of its transaction.
async fn bump(app: &TestApp) {
    let channel = services::channels::visible(&app.state.ctx, &app.operator).await.expect("channels").remove(0);
    let mut tx = app.state.ctx.db.write().await.expect("a write");
    store::collect::bump(&mut tx, channel.id, app.state.ctx.now()).await.expect("bumped");
    tx.commit().await.expect("committed");
}

#[tokio::test]
async fn a_page_hears_of_new_facts_of_the_channels_it_may_see() {
    let app = TestApp::with_a_channel().await;
    let address = listening(&app).await;
    let slug = app.slug().await;
    let mut socket = connect(address, &format!("http://{address}")).await.expect("open");
    say(&mut socket, &json!({ "channels": [slug] })).await;
    let ready = hear(&mut socket).await;
    let before = ready["versions"][&slug].as_i64().expect("the version of now");

    bump(&app).await;
    assert_eq!(hear(&mut socket).await, json!({ "channel": slug, "data_version": before + 1 }));
}

#[tokio::test]
async fn a_channel_that_was_not_asked_for_is_not_told() {
    let app = TestApp::with_a_channel().await;
    let address = listening(&app).await;
    let mut socket = connect(address, &format!("http://{address}")).await.expect("open");
    say(&mut socket, &json!({ "channels": ["another"] })).await;
    assert_eq!(hear(&mut socket).await["versions"], json!({}));
}

#[tokio::test]
async fn a_stranger_is_sent_away() {
    let app = TestApp::signed_out().await;
    let address = listening(&app).await;
    for first in [json!({}), json!({ "token": "guessed" })] {
        let mut socket = connect(address, &format!("http://{address}")).await.expect("open");
        say(&mut socket, &first).await;
        assert_eq!(hear(&mut socket).await, json!({ "closed": 4401 }), "{first}");
    }
    let mut socket = connect(address, &format!("http://{address}")).await.expect("open");
    say(&mut socket, &json!("what?")).await;
    assert_eq!(hear(&mut socket).await, json!({ "closed": 4400 }));
}

#[tokio::test]
async fn a_removed_member_hears_nothing_more() {
    let app = TestApp::signed_out().await;
    app.fill().await;
    let ctx = &app.state.ctx;
    let mut tx = ctx.db.write().await.expect("a write");
    let vera = store::identity::insert_person(&mut tx, None, "Vera", None, ctx.now()).await.expect("a person");
    let workspace = app.operator.workspace();
    store::identity::upsert_membership(&mut tx, workspace, vera.id, Role::Viewer, ctx.now()).await.expect("a member");
    tx.commit().await.expect("committed");
    let session = services::identity::open_session(ctx, vera.id).await.expect("a session");
    let address = listening(&app).await;
    let mut socket = connect(address, &format!("http://{address}")).await.expect("open");
    say(&mut socket, &json!({ "token": session.token.reveal() })).await;
    assert_eq!(hear(&mut socket).await["ready"], true);
    bump(&app).await;
    assert!(hear(&mut socket).await["data_version"].is_i64(), "a member hears");

    services::identity::remove_member(ctx, &app.operator, vera.id).await.expect("removed");
    bump(&app).await;
    assert_eq!(hear(&mut socket).await, json!({ "closed": 4401 }));
}

#[tokio::test]
async fn a_page_of_another_site_cannot_listen() {
    let app = TestApp::with_a_channel().await;
    let address = listening(&app).await;
    match connect(address, "https://evil.example").await {
        Err(Error::Http(response)) => assert_eq!(response.status(), 403),
        other => panic!("let in: {:?}", other.map(|_| ())),
    }
}

#[tokio::test]
async fn a_stopping_server_says_goodbye() {
    let app = TestApp::with_a_channel().await;
    let address = listening(&app).await;
    let mut socket = connect(address, &format!("http://{address}")).await.expect("open");
    say(&mut socket, &json!({})).await;
    assert_eq!(hear(&mut socket).await["ready"], true);
    app.state.stopping.cancel();
    assert_eq!(hear(&mut socket).await, json!({ "closed": 1001 }));
}
