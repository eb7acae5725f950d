//! Delivery to a bot's webhook: one update after the other, again until it is taken.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::World;
use crate::world::inbox::Webhook;

/// Pause after a delivery that failed; Telegram's grows, tests do not wait for that.
const AGAIN: Duration = Duration::from_millis(500);
/// How long the receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Looks again although nobody said that there is news: a webhook may be new.
const LOOK: Duration = Duration::from_millis(200);

/// Runs as long as the stand-in.
pub async fn deliver(world: Arc<World>) {
    loop {
        let news = world.bot_news.notified();
        let mut failed = false;
        let bots: Vec<i64> = world.lock().bots.keys().copied().collect();
        for id in bots {
            while let Some((webhook, update)) = next(&world, id) {
                let sent = tokio::time::timeout(PATIENCE, post(&webhook, &update.to_string())).await;
                let error = match sent {
                    Ok(Ok(200..=299)) => None,
                    Ok(Ok(status)) => Some(format!("Wrong response from the webhook: {status}")),
                    Ok(Err(error)) => Some(error.to_string()),
                    Err(_) => Some("Read timeout expired".to_owned()),
                };
                failed |= error.is_some();
                if !settle(&world, id, error) {
                    break;
                }
            }
        }
        let pause = if failed { AGAIN } else { LOOK };
        if failed {
            tokio::time::sleep(pause).await;
        } else {
            // either way it looks again
            let _ = tokio::time::timeout(pause, news).await;
        }
    }
}

/// The oldest update of a bot with a webhook.
fn next(world: &World, bot: i64) -> Option<(Webhook, serde_json::Value)> {
    let state = world.lock();
    let bot = state.bots.get(&bot)?;
    Some((bot.webhook.clone()?, bot.updates.front()?.clone()))
}

/// Takes a delivered update off, or remembers why it was not; true if the next may be tried.
fn settle(world: &World, bot: i64, error: Option<String>) -> bool {
    let mut state = world.lock();
    let Some(bot) = state.bots.get_mut(&bot) else { return false };
    let delivered = error.is_none();
    if delivered {
        bot.updates.pop_front();
    }
    if let Some(webhook) = &mut bot.webhook {
        webhook.last_error = error;
    }
    delivered
}

/// Posts JSON over plain HTTP and reads the status; webhooks of tests are on loopback.
async fn post(webhook: &Webhook, body: &str) -> std::io::Result<u16> {
    let invalid = |what: &str| std::io::Error::new(std::io::ErrorKind::InvalidInput, what.to_owned());
    let address = webhook.url.strip_prefix("http://").ok_or_else(|| invalid("only http:// is delivered to"))?;
    let (host, path) = address.split_once('/').map_or((address, String::new()), |(host, path)| (host, path.to_owned()));
    let secret = webhook
        .secret
        .as_ref()
        .map_or_else(String::new, |secret| format!("X-Telegram-Bot-Api-Secret-Token: {secret}\r\n"));
    let mut stream = TcpStream::connect(host).await?;
    let head = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         {secret}Connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(1 << 16).read_to_end(&mut answer).await?;
    let status = String::from_utf8_lossy(&answer);
    status.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| invalid("no HTTP answer"))
}
