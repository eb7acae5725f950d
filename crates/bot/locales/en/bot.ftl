# Answers are HTML of Telegram's kind: <b>, <i>, <code>.
start = <b>Hello, { $name }.</b>
    I show what your channel’s posts reach, and why: reach after 24 hours, growth, the best time to post.

    Connect a channel, or open the app.
hint = I know the commands in the menu: /stats, /channels, /connect, /help. Or forward me a post of your channel to connect it.
too-fast = A moment, please: that is faster than I can follow. Try again in a minute.

command-start = Begin
command-stats = Numbers of a channel
command-channels = Your channels
command-connect = Connect a channel
command-help = What I can do
command-privacy = What is kept, and how to have it deleted
command-paysupport = Questions about payments

button-open = Open the app
button-menu = Numbers
button-connect = Connect a channel
button-connect-this = Connect { $channel }
button-channels = My channels
button-pick = Choose a channel
button-days = { $days ->
    [one] { $days } day
   *[other] { $days } days
}

connecting = <b>Connect a channel</b>

    <b>1.</b> Press “Choose a channel” below. Telegram makes me an administrator with the least rights there are:
    · <i>manage the channel</i>, without which Telegram tells a bot nothing;
    · <i>invite by link</i>, to count by which link people come.
    I cannot post, edit or delete, and do not ask for it.

    <b>2.</b> Or add me as an administrator yourself, then forward me any post of the channel.

    You have to be an administrator of it, too.
connected = <b>{ $channel } is connected.</b> From now on I hear what happens there.

    <b>I can know:</b> { $known }.
    <b>I cannot know:</b> { $unknown }. Telegram tells no bot of that; the public page or an account of your own can fill it in.
connected-already = <b>{ $channel }</b> is connected already.

    <b>I can know:</b> { $known }.
    <b>I cannot know:</b> { $unknown }.
made-administrator = I was made an administrator of <b>{ $channel }</b>. Shall I collect its numbers for you?

fact-new-posts = new posts
fact-history = posts from before I came
fact-views = views
fact-forwards = forwards
fact-reactions = reactions
fact-replies = comments
fact-changes = edits
fact-members = subscribers, day by day
fact-joins-by-link = joins by invitation link
fact-official-statistics = Telegram’s own statistics
fact-mentions = who mentions and forwards

refused-unreachable = Telegram does not answer me just now. Try again in a minute.
refused-not-a-channel = That is no channel that I can see. Choose a channel, or add me to it as an administrator and forward me one of its posts.
refused-bot-not-administrator = I am no administrator there. Open the channel’s settings → Administrators → add me, then forward me one of its posts.
refused-person-not-administrator = Only an administrator of the channel can connect it, and Telegram says that you are none.
no-such-channel = There is no such channel among yours. /channels shows them.
not-allowed = Your role here does not allow that. Ask an owner of the workspace.
name-taken = Another channel here has that name already. Rename or delete it in the app’s settings first.
not-possible = That is not possible. /help tells what is.

channels = { $n ->
    [one] <b>Your channel</b>
   *[other] <b>Your { $n } channels</b>
}
channel-blocked = ⚠️ I hear nothing of <b>{ $channel }</b> any more: make me an administrator there again.
no-channels = <b>No channel yet.</b> Connect one, it takes a minute.

stats = <b>{ $channel }</b>, { $days ->
    [one] last day
   *[other] last { $days } days
}, against as many days before
number-subscribers = <b>{ $value }</b> subscribers{ $change }
number-reach24 = <b>{ $value }</b> views a post in its first 24 hours{ $change }
number-reach-total = <b>{ $value }</b> views a post so far{ $change }
number-err24 = <b>{ $value }</b> of subscribers reached by a post in 24 hours{ $change }
number-err-total = <b>{ $value }</b> of subscribers reached by a post so far{ $change }
number-posts = <b>{ $value }</b> posts{ $change }
unknown-subscribers = Subscribers: not known yet.
unknown-reach = Reach: not known yet. It needs posts with views, which the public page or an account of your own brings.
unknown-err = Share of subscribers reached: not known yet.
unknown-posts = Posts: not known yet.
points = { $value } pp

help = <b>What I can do</b>
    /stats: numbers of a channel with a picture; <code>/stats @channel</code> for one of several
    /channels: your channels
    /connect: connect a channel, step by step
    /privacy: what is kept
    /paysupport: questions about payments

    The app shows much more: charts, posts, the best time to post.
privacy = <b>What is kept</b>
    · Your Telegram id, name and language: to know you again.
    · Of connected channels: posts, counts, and joins by link as numbers.
    · What Telegram tells me, such as what you write or who joined: three days after it was handled, to handle nothing twice. What I could not handle stays until whoever runs this bot has looked at it.

    Nothing is sold or passed on. To have a channel deleted with all its data: the app → Settings → Channels → Delete.
paysupport = Nothing is sold here at the moment, so no payment can have gone wrong. If you see one all the same, tell whoever runs this bot.
nothing-sold = Nothing is sold here at the moment.
