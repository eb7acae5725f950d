//! What every client asks first.

#![expect(clippy::unnecessary_wraps, reason = "every handler has one shape")]

use grammers_tl_types::{enums, functions, types};

use super::{Caller, Failure};

/// Seconds a configuration is good for.
const CONFIG_S: i32 = 3_600;

pub fn get_config(caller: &Caller<'_>, _: functions::help::GetConfig) -> Result<enums::Config, Failure> {
    let date = crate::clock::wall().as_secs() as i32;
    // exactly the stand-in's own: clients take these addresses over
    let dc_options = caller
        .centres
        .addresses()
        .into_iter()
        .map(|(id, address)| {
            types::DcOption {
                ipv6: false,
                media_only: false,
                tcpo_only: false,
                cdn: false,
                r#static: true,
                this_port_only: true,
                id,
                ip_address: address.ip().to_string(),
                port: i32::from(address.port()),
                secret: None,
            }
            .into()
        })
        .collect();
    Ok(types::Config {
        default_p2p_contacts: false,
        preload_featured_stickers: false,
        revoke_pm_inbox: false,
        blocked_mode: false,
        force_try_ipv6: false,
        date,
        expires: date + CONFIG_S,
        test_mode: false,
        this_dc: caller.dc,
        dc_options,
        dc_txt_domain_name: "localhost".to_owned(),
        chat_size_max: 200,
        megagroup_size_max: 200_000,
        forwarded_count_max: 100,
        online_update_period_ms: 210_000,
        offline_blur_timeout_ms: 5_000,
        offline_idle_timeout_ms: 30_000,
        online_cloud_timeout_ms: 300_000,
        notify_cloud_delay_ms: 30_000,
        notify_default_delay_ms: 1_500,
        push_chat_period_ms: 60_000,
        push_chat_limit: 2,
        edit_time_limit: 172_800,
        revoke_time_limit: i32::MAX,
        revoke_pm_time_limit: i32::MAX,
        rating_e_decay: 2_419_200,
        stickers_recent_limit: 200,
        channels_read_media_period: 604_800,
        tmp_sessions: None,
        call_receive_timeout_ms: 20_000,
        call_ring_timeout_ms: 90_000,
        call_connect_timeout_ms: 30_000,
        call_packet_timeout_ms: 10_000,
        me_url_prefix: "https://t.me/".to_owned(),
        autoupdate_url_prefix: None,
        gif_search_username: None,
        venue_search_username: None,
        img_search_username: None,
        static_maps_provider: None,
        caption_length_max: 1_024,
        message_length_max: 4_096,
        webfile_dc_id: caller.dc,
        suggested_lang_code: None,
        lang_pack_version: None,
        base_lang_pack_version: None,
        reactions_default: None,
        autologin_token: None,
    }
    .into())
}

pub fn get_nearest_dc(caller: &Caller<'_>, _: functions::help::GetNearestDc) -> Result<enums::NearestDc, Failure> {
    let nearest_dc = caller.centres.world.scenario.home;
    Ok(types::NearestDc { country: "UZ".to_owned(), this_dc: caller.dc, nearest_dc }.into())
}

pub fn get_app_config(_: &Caller<'_>, _: functions::help::GetAppConfig) -> Result<enums::help::AppConfig, Failure> {
    let config = types::JsonObject { value: Vec::new() }.into();
    Ok(types::help::AppConfig { hash: 1, config }.into())
}

pub fn update_status(caller: &Caller<'_>, _: functions::account::UpdateStatus) -> Result<bool, Failure> {
    caller.account().map(|_| true)
}
