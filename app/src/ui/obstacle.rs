//! What stands in the way of collecting a channel, in words: what it is, and what to do.

use domain::collect::connection::Obstacle;

use crate::t;

pub fn words(obstacle: Obstacle) -> (String, String) {
    match obstacle {
        Obstacle::NotAdministrator => (t!("obstacle-not-administrator"), t!("obstacle-not-administrator-do")),
        Obstacle::Private => (t!("obstacle-private"), t!("obstacle-private-do")),
        Obstacle::NotFound => (t!("obstacle-not-found"), t!("obstacle-not-found-do")),
        Obstacle::NoPreview => (t!("obstacle-no-preview"), t!("obstacle-no-preview-do")),
        Obstacle::FloodWait => (t!("obstacle-flood-wait"), t!("obstacle-flood-wait-do")),
        Obstacle::SignedOut => (t!("obstacle-signed-out"), t!("obstacle-signed-out-do")),
        Obstacle::AccountBanned => (t!("obstacle-account-banned"), t!("obstacle-account-banned-do")),
        Obstacle::NoAccount => (t!("obstacle-no-account"), t!("obstacle-no-account-do")),
        Obstacle::Unreachable => (t!("obstacle-unreachable"), t!("obstacle-unreachable-do")),
        Obstacle::Disallowed => (t!("obstacle-disallowed"), t!("obstacle-disallowed-do")),
        Obstacle::NotUnderstood => (t!("obstacle-not-understood"), t!("obstacle-not-understood-do")),
    }
}
