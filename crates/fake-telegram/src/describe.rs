//! The description file: how any client is pointed at a stand-in that runs.

use serde::{Deserialize, Serialize};

use crate::FakeTelegram;
use crate::world::NotThere;
use crate::world::digest::{self, Expected};

/// A data centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Centre {
    pub id: i32,
    pub host: String,
    pub port: u16,
}

/// What `--describe` writes. It describes the scenario's first channel and the first account that administers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    pub dcs: Vec<Centre>,
    pub home: i32,
    pub stats_dc: i32,
    /// 512 hex digits: a key bound to an authorised account, at home; empty without accounts.
    pub auth_key: String,
    /// PKCS#1, for clients that do the key exchange.
    pub rsa_public_key_pem: String,
    pub username: String,
    /// Official statistics are answered.
    pub stats: bool,
    /// What a client reads from the channel as it stood at the start.
    pub expect: Expected,
    /// Base URL, without the token.
    pub bot_api: String,
    /// Of the first bot; empty without bots.
    pub bot_token: String,
    /// Host and port.
    pub socks5: String,
    pub mini_app_host: String,
    /// Where a copy of Telegram's script for Mini Apps is; empty without one.
    pub web_app_script: String,
    /// Pages as t.me serves them: `<preview>/s/<username>`.
    pub preview: String,
    /// Where a test acts as a person, moves the clock, adds faults.
    pub control: String,
    /// Verifies the third-party signature of init data; 64 hex digits.
    pub init_data_key: String,
}

impl Description {
    /// Fails when the scenario has no channel.
    pub fn of(fake: &FakeTelegram) -> Result<Self, NotThere> {
        let world = &fake.world;
        let scenario = &world.scenario;
        let plan = scenario.channels.first().ok_or_else(|| NotThere("channel to describe".to_owned()))?;
        let admin = scenario.accounts.iter().find(|account| account.admin_of.contains(&plan.username));
        let account = admin.or(scenario.accounts.first());
        let centres = fake.centres.addresses();
        Ok(Self {
            dcs: centres
                .iter()
                .map(|(id, address)| Centre { id: *id, host: address.ip().to_string(), port: address.port() })
                .collect(),
            home: scenario.home,
            stats_dc: scenario.stats_dc,
            auth_key: account.map_or_else(String::new, |account| digest::hex(&fake.centres.account_key(account.id))),
            rsa_public_key_pem: fake.centres.rsa_public_key_pem(),
            username: plan.username.clone(),
            stats: plan.stats,
            expect: digest::describe(world, &plan.username)?,
            bot_api: fake.http_url(),
            bot_token: scenario.bots.first().map_or_else(String::new, |bot| bot.token.clone()),
            socks5: fake.socks5.to_string(),
            mini_app_host: format!("{}/mini-app", fake.host_url()),
            web_app_script: match scenario.web_app_script {
                Some(_) => format!("{}{}", fake.host_url(), crate::mini_app::SCRIPT_PATH),
                None => String::new(),
            },
            preview: fake.http_url(),
            control: format!("{}/control", fake.http_url()),
            init_data_key: crate::mini_app::init_data::public_key(),
        })
    }
}
