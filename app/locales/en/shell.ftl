skip-to-content = Skip to content
nav = Main
nav-dashboard = Dashboard
nav-analytics = Analytics
nav-settings = Settings
nav-post = Post
channels = Channels
err-24 = ERR 24 h
workspace-line = Workspace { $name } · { $n ->
    [one] { $n } channel
   *[other] { $n } channels
}
demo-line = { $n ->
    [one] { $n } of them is made up, for trying out
   *[other] { $n } of them are made up, for trying out
}
demo-data = Demo data
demo = demo
choose-channel = Choose a channel
channel-change = Channel: { $name }. Change
search-channels = Search channels
add-channel = Add a channel
as-of = as of { $time }
refresh = Read again
retry = Try again
cancel = Cancel
loading = Loading
period = Period
period-24h = 24 h
period-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
period-own = Other days
period-first = First day
period-last = Last day
period-show = Show
period-wrong = The first day must not be after the last, and ten years are the most.
server-gone = No connection to the server. The numbers stay as they were last read.
stale-because = These numbers are older. { $why }.
problem-home = To the dashboard
problem-not-found = There is no such channel here
problem-not-found-more = It may have been deleted, or belong to another workspace. Choose another channel.
problem-sign-in = Sign in first
problem-sign-in-more = Open AnalyticBot from Telegram, or start it with --demo on your own machine.
problem-forbidden = Your role does not allow this
problem-forbidden-more = Ask an owner of the workspace.
problem-invalid = { $field } cannot be used
problem-conflict = That did not go through
problem-limited = Too many requests
problem-limited-more = Wait a moment. Nothing is lost.
problem-unavailable = Not available just now
problem-internal = Something failed on the server
problem-internal-more = Nothing of yours is lost. Report this as { $id }; the id finds the line in the log.
problem-offline = No connection to the server
problem-offline-more = Check your connection. The page goes on when the server answers.
page-not-found = There is no page here
page-not-found-more = The address may be old or mistyped.
home-empty = No channel yet
home-empty-more = Import the history of a channel, or fill the workspace with made-up channels to look around.
home-import = Import a channel
sign-in = Sign in
sign-in-more = With the Telegram account that your channels belong to.
sign-in-open = Open in Telegram
sign-in-bot-only = Open the app from the bot in Telegram. For signing in here, whoever runs this server sets telegram.bot_username.
sign-in-again = Sign in again.
sign-in-expired = This sign-in is too old
sign-in-expired-more = Close the app and open it again from Telegram.
sign-in-bad = Telegram’s signature does not fit
sign-in-bad-more = Close the app and open it again from its own bot. If it stays so, whoever runs this server checks telegram.bot_token.
sign-in-off = Signing in by Telegram is off here
sign-in-off-more = Whoever runs this server sets telegram.bot_token, or starts it with --demo on their own machine.
