analytics-tab-views = Ko‘rishlar
analytics-tab-growth = O‘sish
analytics-tab-reach = Qamrov
analytics-tab-sources = Manbalar
analytics-tab-content = Mazmun
analytics-tab-trending = Trendda
analytics-tab-compare = Kanallarni solishtirish

analytics-filter = Post turi bo‘yicha saralash
analytics-all = Hammasi
analytics-zoomed = Faqat { $days }
analytics-zoom-out = Butun davrni ko‘rsatish
analytics-last-read = O‘qilgan: { $time }
analytics-of = { $of } tadan { $n } ta
analytics-was = { $value } edi
analytics-no-text = Matnsiz post
analytics-up-to = { $day } gacha
analytics-rule-sources = Manba: { $sources }.
analytics-rule-as-of = { $time } holatiga, { $zone }.

analytics-no-posts = Bu davrda post yo‘q
analytics-no-posts-more = Boshqa kunlarni tanlang.
analytics-no-posts-last = Undan oldingi oxirgi post { $day } kuni chiqqan. Boshqa kunlarni tanlang.

analytics-views = Vaqt bo‘yicha ko‘rishlar
analytics-views-in = { $n ->
   *[other] { $period } ichida { $views } ko‘rish
}
analytics-views-of = { $n ->
   *[other] { $views } ko‘rish, { $days }
}
analytics-views-change = oldingi davrga nisbatan { $change }
analytics-views-meaning = Har bir kun (soat, hafta) postlari shu paytgacha yiqqan ko‘rishlar. Post chiqqan vaqtiga qo‘shiladi, shuning uchun oxirgi kunlar hali o‘sadi.
analytics-views-formula = har bir qadamda chiqqan postlarning eng yangi ko‘rishlari yig‘indisi
analytics-step = Qadam
analytics-step-hour = Soat
analytics-step-day = Kun
analytics-step-week = Hafta
analytics-posts-input = Postlar
analytics-posts-before = Oldingi davrdagi postlar
analytics-views-before = Oldingi davrdagi ko‘rishlar
analytics-views-column = Ko‘rishlar

analytics-reach = Yosh bo‘yicha qamrov
analytics-reach-sub = Yetarlicha eski postlar ko‘rishlari medianasi; chiziq — oldingi davr
analytics-reach-sub-alone = Yetarlicha eski postlar ko‘rishlari medianasi
analytics-reach-meaning = Odatdagi post chiqqanidan shuncha soat keyin nechta ko‘rish yig‘adi. Undan yosh postlar hisobga olinmaydi, shuning uchun yosh va eski postlar aralashmaydi.
analytics-reach-formula = qamrov(h) = V(h) medianasi
    V(h) = chiqqanidan h soat keyingi ko‘rishlar, ikki o‘lchov orasida
analytics-reach-none = O‘lchanmagan
analytics-reach-none-more = Muayyan yoshdagi ko‘rishlar uchun post o‘sayotganda olingan o‘lchovlar kerak. O‘lchovlar faylini (snapshots) yuklang, ular shu yerda ko‘rinadi.
analytics-total = Jami, 7 kundan
analytics-posts-at = { $age }da ko‘rishi bor postlar
analytics-posts-total = 7 kundan eski postlar
analytics-too-young-for = { $age } uchun { $n } ta post hali yosh, hisobga olinmadi
analytics-reach-ages = Har bir yoshdagi qamrov
analytics-reach-ages-sub = Oraliq 10 holatdan 8 tasida medianani o‘z ichiga oladi
analytics-reach-ages-formula = qamrov(h) = V(h) medianasi
    ERR(h) = V(h) / post kunidagi obunachilar medianasi
analytics-age = Yosh
analytics-median = Ko‘rishlar medianasi
analytics-interval = 80% oraliq
analytics-err = ERR
analytics-too-young = Hali yosh
analytics-unmeasured = O‘lchanmagan
analytics-median-at = { $age }dagi ko‘rishlar medianasi
analytics-err-at = { $age }dagi ERR
analytics-curve = Post yoshi bo‘yicha ko‘rishlar
analytics-curve-sub = Yetarlicha eski postlar medianasi va o‘rtachasi
analytics-trend = Kunlar bo‘yicha qamrov
analytics-trend-sub = Har kungi postlarning 24 soatdagi ko‘rishlari medianasi
analytics-trend-sub-total = Har kungi postlarning jami ko‘rishlari medianasi, 7 kundan

analytics-compare-posts = Postlarni solishtirish
analytics-compare-posts-sub = Chiqqanidan keyingi soatlar bo‘yicha ko‘rishlar, { $n } tagacha post
analytics-add-post = Post qo‘shish
analytics-compare-add = Solishtirishga qo‘shish
analytics-compare-remove = Solishtirishdan olib tashlash
analytics-compare-remove-title = Olib tashlash: { $title }
analytics-compare-full = Ko‘pi bilan { $n } ta post; avval birini olib tashlang
analytics-compare-at = { $age }da { $views }
analytics-compare-once = { $age }da { $views }, bir o‘lchov
analytics-compare-no-curve = o‘lchov yo‘q
analytics-compare-usual = Odatda: postlarning o‘rta yarmi
analytics-compare-none = Post tanlanmagan
analytics-compare-none-more = Qanday o‘sganini ko‘rish uchun beshtagacha post qo‘shing.
analytics-compare-unmeasured = Egri chiziq yo‘q
analytics-compare-unmeasured-more = Bu postlar o‘sayotganda o‘qilmagan. O‘lchovlar faylini (snapshots) yuklang.
analytics-picker-more = Eng yangi { $n } ta post ko‘rsatilgan. Qolganini qidiruv topadi.

analytics-growth = Qo‘shilgan va ketgan obunachilar
analytics-growth-sub = { $joined } qo‘shildi, { $left } ketdi: { $net }
analytics-growth-meaning = Har kuni qancha odam qo‘shilgan va ketgan. Soni yo‘q kun — bo‘shliq, nol emas.
analytics-growth-formula = farq = qo‘shilgan − ketgan
    ketish ulushi = ketgan / o‘rtacha obunachilar
analytics-growth-none = Obunachilar noma’lum
analytics-growth-none-more = Bu davr uchun kunlik sonlar yo‘q. Kunlik faylni (daily) yuklang yoki boshqa davrni tanlang.
analytics-counts-none = Obunachilar soni noma’lum
analytics-days-known = Soni bor kunlar
analytics-joined = Qo‘shilgan
analytics-joined-meaning = Bu davrda qo‘shilgan odamlar.
analytics-joined-formula = kunlar bo‘yicha qo‘shilganlar yig‘indisi
analytics-left = Ketgan
analytics-left-meaning = Bu davrda ketgan odamlar.
analytics-left-formula = kunlar bo‘yicha ketganlar yig‘indisi
analytics-net = Farq
analytics-net-meaning = Kanal nechta odamga o‘sgan yoki kamaygan.
analytics-net-formula = qo‘shilgan − ketgan
analytics-churn = Ketish ulushi
analytics-churn-meaning = Bu davrda obunachilarning qaysi ulushi ketgan.
analytics-churn-formula = ketgan / o‘rtacha obunachilar
analytics-churn-inputs = O‘rtachadagi kunlar
analytics-totals = Jami
analytics-subscribers = Obunachilar
analytics-axis-from = O‘q { $from } dan boshlanadi
analytics-link-joins = Taklif havolasi orqali qo‘shilganlar
analytics-link-joins-sub = Botingiz sanaydi, administratorlar yaratgan havolalar bo‘yicha
analytics-link-joins-share = barcha qo‘shilganlarning { $share }
analytics-link-joins-none = Havola orqali qo‘shilganlar ma’lum emas
analytics-link-joins-none-more = Bot ularni kanal administratori bo‘lgan kundan boshlab sanaydi: Sozlamalar → Kanallar.
analytics-day-by-day = Kunma-kun
analytics-day = Kun
analytics-notifications = Bildirishnomasi yoqilgan

analytics-heat = Hafta kuni va soat bo‘yicha qamrov
analytics-heat-sub = 24 soatdagi ko‘rishlar oldingi 30 postga nisbatan, odatdagiga tortilgan · { $posts }
analytics-heat-sub-total = Jami ko‘rishlar oldingi 30 postga nisbatan, odatdagiga tortilgan · { $posts }
analytics-heat-meaning = Shu soat postlari oldingilariga nisbatan qanday. Kam post kam narsani aytadi, shuning uchun bunday soatlar odatdagiga tortiladi.
analytics-heat-formula = o‘sish = V(24) / oldingi 30 post V(24) medianasi − 1
    har soat medianasi, tortilgan (empirik Bayes)
analytics-heat-formula-total = o‘sish = ko‘rishlar / oldingi 30 post ko‘rishlari medianasi − 1
    kamida 7 kunlik postlar
    har soat medianasi, tortilgan (empirik Bayes)
analytics-heat-none = Postlar juda kam
analytics-heat-none-more = Post undan oldingi beshta post o‘lchangandan keyin hisobga olinadi. Uzunroq davrni tanlang.
analytics-heat-label = Hafta kuni va soat bo‘yicha o‘sish, kanal soati bilan
analytics-heat-day = Kun
analytics-heat-no-posts = hali post yo‘q
analytics-heat-legend = { $low } … odatdagi … { $high }
analytics-heat-median = mediana { $value }
analytics-heat-shrunk = { $value } ga tortilgan
analytics-heat-posts = Hisobga olingan postlar
analytics-heat-cells = Posti bor soatlar

analytics-sources = Manba bo‘yicha ko‘rishlar
analytics-sources-sub = { $views } ko‘rishdagi ulush
analytics-sources-meaning = O‘quvchilar postlarni qayerdan ochgan.
analytics-sources-formula = ulush = manbadan ko‘rishlar / barcha manbalardan ko‘rishlar
analytics-sources-all = Barcha manbalar
analytics-sources-none = Manbalar noma’lum
analytics-sources-none-more = Telegram statistikasi ularni katta kanallar uchun aytadi. Shu yerda ko‘rish uchun manbalar faylini (sources) yuklang.
analytics-sources-by-day = Manbalar kunma-kun
analytics-sources-by-day-sub = Har kungi ko‘rishlar, qayerdan kelgani bo‘yicha
analytics-sources-table = Oldingi davrga nisbatan
analytics-sources-table-sub = Har bir manbadan ko‘rishlar o‘zgarishi; noma’lum bo‘lsa chiziqcha
analytics-senders = Kim o‘quvchi olib keladi
analytics-senders-sub = { $day } dan beri postlarni ulashgan yoki kanalni eslatgan kanallar, shu xabarlarning ko‘rishlari bo‘yicha
analytics-senders-none = O‘quvchi olib kelgan kanal ma’lum emas
analytics-senders-none-more = Kanalni akkaunt yig‘sa, ular ma’lum bo‘ladi: Sozlamalar → Kanallar.
analytics-sender-unnamed = Ochiq nomi yo‘q kanal
analytics-sender-forwards = { $n } ta ulashish
analytics-sender-mentions = { $n } ta eslatish
analytics-sender-last = oxirgisi { $day }
analytics-source = Manba
analytics-share = Ulush
analytics-change = O‘zgarish

analytics-top = Eng yaxshi postlar
analytics-top-meaning = “Kutilganga nisbatan” postni oldingi 30 post bilan bir xil yoshda solishtiradi. Kulrang yo‘lak — kutilganning 0,6 dan 1,5 barobarigacha.
analytics-top-formula = ER = (ulashishlar + reaksiyalar + izohlar) / ko‘rishlar
    kutilganga nisbatan = V(24) / oldingi 30 post V(24) medianasi − 1
    CTR = bosishlar / ko‘rishlar, kuzatiladigan havolali postlarda
analytics-top-none = Ko‘rsatadigan post yo‘q
analytics-top-none-more = Bu davrda { $n } ko‘rishga yetgan post yo‘q. Uzunroq davr yoki boshqa turni tanlang.
analytics-top-not-found = Hech narsa topilmadi
analytics-top-not-found-more = Bu davr postlarida bunday so‘zlar yo‘q.
analytics-post = Post
analytics-er = ER
analytics-er-all = Barcha postlar ER
analytics-ctr = CTR
analytics-ctr-none = Bu postda kuzatiladigan havola yo‘q
analytics-forwards = Ulashishlar
analytics-reactions = Reaksiyalar
analytics-replies = Izohlar
analytics-expected = Kutilganga nisbatan
analytics-expected-short = Kutilgan
analytics-expected-none = Noma’lum: bu post yoki oldingilari kam o‘lchangan
analytics-date = Sana
analytics-sort-by = Saralash
analytics-sort-most = { $name }, avval kattasi
analytics-search = { $posts }dan qidirish
analytics-search-label = Postlarni qidirish
analytics-in-posts = { $n ->
   *[other] { $text } ta post
}
analytics-rows = { $total } tadan { $first }–{ $last } · kamida { $least } ko‘rish
analytics-pages = Sahifalar
analytics-page-before = Oldingi sahifa
analytics-page-after = Keyingi sahifa

analytics-trending = Trendda
analytics-trending-meaning = Davrdagi boshqalardan yoki bevosita oldingilaridan ancha ko‘p ko‘rilgan postlar.
analytics-trending-formula = y = ln(1 + ko‘rishlar)
    (y − davr o‘rtachasi) / tarqoqlik ≥ 2 yoki
    (y − siljuvchi o‘rtacha) / uning tarqoqligi ≥ 3
analytics-trending-count = Ajralib turgan postlar
analytics-trending-expected = { $views }, kutilgani { $expected }
analytics-trending-views = { $n ->
   *[other] { $views } ko‘rish
}
analytics-trending-none = Hech narsa ajralib turmaydi
analytics-trending-none-more = Bu davrda boshqalardan ancha yuqori post yo‘q.
analytics-trend-recent = yaqindagi postlardan { $n } tarqoqlik yuqori
analytics-trend-period = bu davrdan { $n } tarqoqlik yuqori

analytics-content = Mazmun
analytics-content-sub = Post turi bo‘yicha 24 soatdagi ko‘rishlar medianasi
analytics-content-sub-total = Post turi bo‘yicha jami ko‘rishlar medianasi
analytics-content-meaning = Har bir turdagi odatdagi post nechta ko‘rish yig‘adi.
analytics-content-formula = shu turdagi postlar V(24) medianasi
analytics-content-formula-total = shu turdagi kamida 7 kunlik postlarning eng yangi ko‘rishlari medianasi
analytics-content-none = Hech bir turda yetarli post yo‘q
analytics-content-none-more = Tur { $n } ta postdan boshlab ko‘rsatiladi. Uzunroq davrni tanlang.
analytics-content-hidden = { $n } tadan kam postli guruhlar ko‘rsatilmaydi
analytics-by-media = Post turi bo‘yicha
analytics-by-length = Matn uzunligi bo‘yicha
analytics-by-hashtag = Xeshteg bo‘yicha
analytics-by-weekday = Hafta kuni bo‘yicha
analytics-by-posts-a-day = Shu kundagi postlar soni bo‘yicha
analytics-groups-sub = 24 soatdagi ko‘rishlar oldingi 30 postga nisbatan
analytics-groups-sub-total = Jami ko‘rishlar oldingi 30 postga nisbatan
analytics-groups-meaning = Guruh postlari oldingilariga nisbatan qanday. Kam post kam narsani aytadi, shuning uchun bunday guruhlar boshqalarga tortiladi; oraliq 10 holatdan 8 tasida to‘g‘ri.
analytics-hashtag-meaning = Xeshtegli postlar oldingilariga nisbatan qanday; bir nechta xeshtegli post har biri uchun hisoblanadi. Eng ko‘p ishlatilgan 20 xeshteg ko‘rsatilgan.
analytics-groups-formula = o‘sish = V(24) / oldingi 30 post V(24) medianasi − 1
    har guruh medianasi, tortilgan (empirik Bayes)
analytics-groups-formula-total = o‘sish = ko‘rishlar / oldingi 30 post ko‘rishlari medianasi − 1
    kamida 7 kunlik postlar
    har guruh medianasi, tortilgan (empirik Bayes)
analytics-groups-none = Guruh yo‘q
analytics-groups-none-more = Bu davrda xeshtegli post yo‘q.
analytics-group = Guruh
analytics-group-count = Guruhlar
analytics-group-posts = Hisobga olingan postlar
analytics-lift = O‘sish
analytics-from-to = { $low } dan { $high } gacha
analytics-no-interval = oraliq yo‘q: postlar kam

analytics-channels = Kanallarni solishtirish
analytics-channels-sub = { $period }, barcha kanallar uchun bir xil kunlar
analytics-channels-meaning = ERR va o‘rtacha qamrov kataloglardagidek har xil yoshdagi postlarni aralashtiradi. 24 soatlik qamrov va ERR — yo‘q.
analytics-channels-formula = 24 soatlik qamrov = V(24) medianasi
    24 soatlik ERR = V(24) / post kunidagi obunachilar medianasi
    o‘rtacha qamrov = ko‘rishlar / postlar
    ERR = o‘rtacha qamrov / obunachilar
    ER = (ulashishlar + reaksiyalar + izohlar) / ko‘rishlar
    o‘sish = davr oxiridagi − boshidagi obunachilar
analytics-channels-some = Ba’zi kanallar bo‘yicha: { $what }
analytics-channels-none = Kanal bitta
analytics-channels-none-more = Solishtirish uchun yana bir kanalni yuklang.
analytics-channel = Kanal
analytics-channel-count = Kanallar
analytics-compare-err = ERR
analytics-compare-err24 = ERR 24 soat
analytics-compare-reach24 = Qamrov 24 soat
analytics-compare-avg-reach = O‘rtacha qamrov
analytics-compare-growth = O‘sish
analytics-compare-growth-pct = O‘sish, %

component-forwards = ulashishlar
component-reactions = reaksiyalar
component-replies = izohlar
warning-er-components = ER faqat ma’lumini sanaydi; bu yerda noma’lum: { $names }
warning-utc-days = Kunlik sonlar UTC kunlari bo‘yicha, { $zone } ga surilmagan
warning-too-young = { $n } ta post { $age }dan yosh, hisobga olinmadi
warning-unmeasured = { $n } ta post { $age } atrofida o‘qilmagan, hisobga olinmadi
warning-measure-total = 24 soatda juda kam post o‘qilgan: o‘rniga kamida 7 kunlik postlarning jami ko‘rishlari olindi
warning-views-missing = { $n } ta post ko‘rishlari noma’lum, hisobga olinmadi
warning-subscribers-missing = Obunachilar noma’lum, shuning uchun ERR ham noma’lum
warning-sources-missing = Bu davr uchun ko‘rish manbalari noma’lum
warning-rounded-views = Ba’zi ko‘rishlar ochiq sahifadagidek yaxlitlangan
