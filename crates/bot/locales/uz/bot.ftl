# Javoblar Telegram tushunadigan HTML: <b>, <i>, <code>.
start = <b>Assalomu alaykum, { $name }.</b>
    Men kanalingiz postlari qancha odamga yetib borishini va nima uchunligini ko‘rsataman: 24 soatdagi qamrov, o‘sish, post qo‘yish uchun eng yaxshi vaqt.

    Kanalni ulang yoki ilovani oching.
hint = Menyudagi buyruqlarni bilaman: /stats, /channels, /connect, /help. Yoki kanalni ulash uchun uning bir postini menga uzating.
too-fast = Bir daqiqa: ulgurolmayapman. Bir daqiqadan so‘ng qayta urinib ko‘ring.

command-start = Boshlash
command-stats = Kanal ko‘rsatkichlari
command-channels = Kanallaringiz
command-connect = Kanalni ulash
command-help = Nimalar qila olaman
command-privacy = Nimalar saqlanadi va qanday o‘chiriladi
command-paysupport = To‘lov bo‘yicha savollar

button-open = Ilovani ochish
button-menu = Raqamlar
button-connect = Kanalni ulash
button-connect-this = { $channel } kanalini ulash
button-channels = Kanallarim
button-pick = Kanalni tanlash
button-days = { $days } kun

connecting = <b>Kanalni ulash</b>

    <b>1.</b> Pastdagi «Kanalni tanlash» tugmasini bosing. Telegram meni eng kam huquqlar bilan administrator qiladi:
    · <i>kanalni boshqarish</i> — busiz Telegram botga hech narsa aytmaydi;
    · <i>havola orqali taklif qilish</i> — odamlar qaysi havoladan kelishini sanash uchun.
    Post qo‘ya olmayman, tahrirlay olmayman, o‘chira olmayman va buni so‘ramayman ham.

    <b>2.</b> Yoki meni o‘zingiz administrator qilib qo‘shing, so‘ng kanalning istalgan postini menga uzating.

    Siz ham uning administratori bo‘lishingiz kerak.
connected = <b>{ $channel } ulandi.</b> Endi u yerda nima bo‘layotganini eshitib turaman.

    <b>Bila olaman:</b> { $known }.
    <b>Bila olmayman:</b> { $unknown }. Telegram buni botlarga aytmaydi; ochiq sahifa yoki o‘z akkauntingiz to‘ldira oladi.
connected-already = <b>{ $channel }</b> allaqachon ulangan.

    <b>Bila olaman:</b> { $known }.
    <b>Bila olmayman:</b> { $unknown }.
made-administrator = Meni <b>{ $channel }</b> kanaliga administrator qilishdi. Uning ko‘rsatkichlarini siz uchun yig‘ib boraymi?

fact-new-posts = yangi postlar
fact-history = men kelgunimcha chiqqan postlar
fact-views = ko‘rishlar
fact-forwards = uzatishlar
fact-reactions = reaksiyalar
fact-replies = izohlar
fact-changes = tahrirlar
fact-members = obunachilar, kunma-kun
fact-joins-by-link = taklif havolasi orqali qo‘shilganlar
fact-official-statistics = Telegramning o‘z statistikasi
fact-mentions = kim eslatishi va uzatishi

refused-unreachable = Telegram hozir menga javob bermayapti. Bir daqiqadan so‘ng qayta urinib ko‘ring.
refused-not-a-channel = Bunday kanalni ko‘rmayapman. Kanalni tanlang yoki meni u yerga administrator qilib qo‘shing va bir postini uzating.
refused-bot-not-administrator = Men u yerda administrator emasman. Kanal sozlamalari → Administratorlar → meni qo‘shing, so‘ng bir postini uzating.
refused-person-not-administrator = Kanalni faqat uning administratori ulay oladi, Telegram esa siz administrator emassiz demoqda.
no-such-channel = Kanallaringiz orasida bunday kanal yo‘q. Ro‘yxat: /channels.
not-allowed = Bu yerdagi rolingiz bunga ruxsat bermaydi. Ish maydoni egasidan so‘rang.
name-taken = Bu nom bu yerda boshqa kanalda bor. Avval ilova sozlamalarida uni qayta nomlang yoki o‘chiring.
not-possible = Bunday qilib bo‘lmaydi. Nimalar mumkinligini /help aytadi.

channels = { $n ->
    [one] <b>Kanalingiz</b>
   *[other] <b>Kanallaringiz: { $n } ta</b>
}
channel-blocked = ⚠️ <b>{ $channel }</b> kanalidan hech narsa eshitmayapman: meni u yerda yana administrator qiling.
no-channels = <b>Hozircha kanal yo‘q.</b> Birini ulang, bir daqiqa oladi.

stats = <b>{ $channel }</b>, oxirgi { $days } kun, undan oldingi shuncha kunga nisbatan
number-subscribers = <b>{ $value }</b> obunachi{ $change }
number-reach24 = Bir postning birinchi 24 soatdagi ko‘rishlari: <b>{ $value }</b>{ $change }
number-reach-total = Bir postning hozirgacha ko‘rishlari: <b>{ $value }</b>{ $change }
number-err24 = Postni 24 soatda ko‘rgan obunachilar: <b>{ $value }</b>{ $change }
number-err-total = Postni hozirgacha ko‘rgan obunachilar: <b>{ $value }</b>{ $change }
number-posts = <b>{ $value }</b> post{ $change }
unknown-subscribers = Obunachilar: hozircha noma’lum.
unknown-reach = Qamrov: hozircha noma’lum. Ko‘rishlari ma’lum postlar kerak; ularni ochiq sahifa yoki o‘z akkauntingiz beradi.
unknown-err = Postni ko‘rgan obunachilar ulushi: hozircha noma’lum.
unknown-posts = Postlar: hozircha noma’lum.
points = { $value } f. p.

help = <b>Nimalar qila olaman</b>
    /stats — kanal ko‘rsatkichlari, rasm bilan; bir nechtasidan biri uchun <code>/stats @channel</code>
    /channels — kanallaringiz
    /connect — kanalni qadam-baqadam ulash
    /privacy — nimalar saqlanadi
    /paysupport — to‘lov bo‘yicha savollar

    Ilovada ancha ko‘p narsa bor: grafiklar, postlar, post qo‘yish uchun eng yaxshi vaqt.
privacy = <b>Nimalar saqlanadi</b>
    · Telegramdagi id, ism va tilingiz — sizni yana tanish uchun.
    · Ulangan kanallar haqida: postlar, hisoblagichlar va havola orqali qo‘shilishlar soni.
    · Telegram menga aytganlari, masalan yozganlaringiz va kim qo‘shilgani — ishlangandan keyin uch kun, hech narsa ikki marta ishlanmasligi uchun. Ishlab bo‘lmagani botni yurituvchi ko‘rib chiqquncha turadi.

    Hech narsa sotilmaydi va birovga berilmaydi. Kanalni barcha ma’lumoti bilan o‘chirish: ilova → Sozlamalar → Kanallar → O‘chirish.
paysupport = Hozir bu yerda hech narsa sotilmaydi, demak to‘lovda xato bo‘lishi mumkin emas. Shunga qaramay yechib olingan pul ko‘rsangiz, botni yurituvchiga ayting.
nothing-sold = Hozir bu yerda hech narsa sotilmaydi.
