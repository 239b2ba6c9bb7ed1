//! Plain English.

/// Common English words of five and more letters: never taken for a misspelling of a clinical word.
pub(super) const COMMON: &str = "\
    abduction ability about above abroad absolutely accept access accident according account across action active \
    activity actual actually addition address adduction admit adult advice affect affected affection afford afraid \
    after afternoon again against agree ahead alcohol alive allow allowed almost alone along already although always \
    amazing among amount angry animal another answer anybody anymore anyone anything anyway anywhere apart appear \
    appeared apple apply appointment approach april argue around arrive arrived asked asking asleep assume \
    asymptomatic attempt attention august autumn available average avoid awake aware awful babies balance barely \
    basic batching bathroom batter beach beard bearing beat beating become becoming before began begin beginning \
    begun behave behavior beheading behind being believe below beside best better between beyond billing birthday \
    bitchy bitter blame blank blanket bleach bleating board boots bored borrow bother bottle bottom bought bowel \
    bowl brain brand brave bread break breakfast breast breath breathe breed breeding breezing brick bridge brief \
    bright bring broad broken brother brought brown bruised brush brushes brushing build building bumping burden \
    burning business butter button calling calm camera camping cancel candle capable capital careful carry carrying \
    catch cause caused causing ceiling center certain certainly chair challenge champing chance change changed \
    changes changing charge cheap check checked cheese chest chicken child children chilling choice choose chosen \
    christmas church circle civil class clean cleaning clear clearly climb clinic close closed closer clothes cloud \
    coach coaching coast coffee collect college color combine comes comfort comfortable coming common community \
    company compare complain complete completely computer concern concerned condition confident confirm connect \
    conscious consider constant contact contain continent continue continued control controlled conversation cooking \
    corner correct coughed could counter counting country couple courage course court cousin cover covered cramped \
    create credit cross crowd cruise crushed crying curious current currently customer daily damage dance dancing \
    danger dangerous daughter daughters dealing death decade december decide decided decision deeper defend degree \
    delay deliver demand dentist department depend describe desert deserve design desire despite dessert detail \
    determine develop developed device diary dictate didnt difference different difficult difficulty digest \
    digestion dinner direct direction directly dirty disagree disappear discharge discover discuss disease distance \
    ditching divide doctor doctors doing dollar dominate double doubt downstairs dozen drain draw drawing dream \
    dress dressing drilling drink drinking drive driver driving dumping during dust dwelling earlier early earning \
    earth easier easily eating edge effect effort eight either ejection elbow elderly eleven email emergency emotion \
    employ empty encourage energy engine enjoy enough enter entire environment equal escape especially evening event \
    eventually every everybody everyday everyone everything everywhere exact exactly examine example excellent \
    except excited excuse exercise exist expect expected expensive experience explain explained extra extreme \
    extremely facing factor factory failed fainting fairly faith falling false familiar family famous farmer farther \
    faster father fault favorite fear feather february feeding feel feeling felling fellow female fever field \
    fifteen fifth fifty fight fighting figure filled filling final finally finding finger finish finished fired \
    first fitness fixed flat flight flood floor flour flower fluid flying focus follow followed following force \
    forever forget former forward found fourth freedom freezing fresh friday friend friends front fruit fully funny \
    further future garden gather general generally gentle getting given giving glass glasses going golden gotten \
    government grand grandfather grandmother grass great green ground group growing grown growth guess guest gunning \
    habit handle handled hands happen happened happening happy harder hardly hardy having health healthy hearing \
    heart hearts heated heating heavy height hello helped helpful helping herself hesitate higher highly himself \
    history hitching hitting holding holiday honest hoping horse hospice hospital hotel house however huge human \
    humble hundred hungry hunting hurry husband ideal imagine immediate immediately immobile important improve \
    improved include included including incomplete incontinent increase increased increasing indeed indigestion \
    infant infected infection inflection information ingestion injected injection injure inside instead insulin \
    interest interested interview intolerance introduce invite involve involved irregular island issue issues itchy \
    itself january joint judge juice jumping justice keeping killed killing kitchen knife knock known labor ladder \
    lasted lasting lately later laugh laughed laughing laundry laying leader leading learn learned learning least \
    leather leave leaving legal length lesser lesson letter level library license lifting light lighter likely limit \
    limited liquid listen listening little lives living locate lonely longer looked looking loose losing lotion \
    lower lucky lumping lunch lying machine making manage manager manner march marker market married marry mashed \
    mask massage match material matter maybe meals meaning means meant measure meat medical medication medications \
    medicine medicines meeting member memory mental mention message metal method middle might military million \
    minute minutes mirror missed missing mistake mixed mobile modern moment monday money monitor month monthly \
    months mother mountain mounting mouth movie moving multiple muscle museum music myself narrow national natural \
    nature nearby nearly necessary needed needing neighbor neither nerve nervous network never night nights nimble \
    nobody noise normal normally north nothing notice noticed november number numbers numbing nurse object obvious \
    obviously occasion ocean october offer office officer often older online opened operate opinion option orange \
    order ordinary other others otherwise ought ourselves outside oxygen package paint painting panting paper parent \
    parents parking partner parts party passed passing passion patches patchy patent patience patient patients \
    pattern peace people percent perfect perform perhaps period person personal phone photo phrase physical picked \
    picture piece pilling pillow pitch place placed plain plane plant plastic plate playing pleading please plenty \
    pocket point pointing police policy polite popular position positive possible possibly potato potion power \
    practice prepare prescribed presence present president press pressing pressure pretty prevent previous \
    previously price printer private probably problem problems process produce product productive program promise properly \
    protect protected proud provide public pulled pulling pumping purple purpose pushing putting quality quarter \
    question quick quickly quiet quite radio raining raise raised range rapid rarely rather reach reaction reading \
    ready really reason reasonable receive recent recently recognize recommend record recover reduce reduced refuse \
    regard regular regularly relate related relation relationship relax release relief remain remember remind remove \
    removed repeat replace reply report require rescue research respect respond response responsive result return \
    review right rising river rolling room rough round routine rubbing rubbish running rushed rushes russian safety \
    sandwich saturday saving saying scale scared scary school science scratch screen search season second seconds \
    secret section secure seeding seeing seemed seems selling sending senior sense sensible separate september \
    series serious seriously serve service session setting settle settled seven seventh several severe shadow shake \
    shape share sharing sharp sheet shelling shift shirt shock shoes shopping short shorter shortly should shoulder \
    shout shower shut sides sight signal signs silent silly similar simple simply since singing single sister \
    sitting situation sixteen skill slaughter sleep sleeping sleepy slept slight slightly slipped slower slowly \
    small smell smelling smile smoke smoker smoking smooth sneaking sneezing social society sodium soldier solid \
    solve somebody somehow someone something sometimes somewhere sorry sound sounds source south space speak \
    speaking special specialist specific speech speed speeding spell spelling spend spent spider spilling spine \
    spinning spirit spoken sports spread spring square squeezing stable staff stage stairs stand standing started \
    starting starts state station status stayed staying steady stepped stick still stings stitch stocking stomach \
    stone stood stopped store storm story straight strain strange stranger stream street strength stress stretch \
    strike string strong stronger struck student studies study stuff stumble stunning stupid style subject success \
    sudden suddenly suffer suffering sugar suggest suitable sunday sunlight supper supply support suppose supposed \
    surface surgeon surgery surprise survive suspect sweat sweet swelling swimming switch switching symptom \
    symptomatic symptoms system table tablet tablets taken taking talked talking taste teach teacher teaching \
    teenager telling temperature tender tennis terms terrible terror testing thank thanks their theirs themselves \
    there therefore these thick thing things thinking third thirteen thirty thought thoughts thousand thread threat \
    three through throw thumbing thursday ticket tight tightly tired tissue title today together toilet tolerance \
    tomorrow tongue tonight tooth total touch touched touching tough toward towards towel towns track trade traffic \
    train training travel treat treated treatment trembling trial tried trigger trip trouble truck truly trust truth \
    trying tuesday tumble turned turning twelve twenty twice twins types typical unable uncle uncomfortable \
    unconscious under understand unexplained unfortunately uniform unique united university unless unlike unstable \
    until unusual unvaccinated upper upset useful using usual usually vaccinated vaccine value various vegetable \
    vehicle version village vision visit visited visiting visual voice waist waited waiting waking walked walking \
    wanted wanting warm warmth warning washed washes washing wasted watch watching water weather wedding wednesday \
    weeding weekend weekly weight welcome welling west whatever wheel wheezing whenever where whereas whether which \
    while whisper white whole whose widely willing window winter witch within without woman women wonder wonderful \
    wondering wooden worked working world worried worry worse worst worth would wound write writing written wrong \
    yearning yelling yellow yesterday young younger yourself";
