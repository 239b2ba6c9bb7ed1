//! Word classes: what may stand inside a phrase, and which words are plain English.

/// Small words that may stand between the words of a phrase ("pain in *my very bad* tooth").
pub(super) fn is_small(word: &str) -> bool {
    is_dropped(word)
        || matches!(
            word,
            "in" | "of" | "on" | "at" | "to" | "from" | "with" | "by" | "for" | "this" | "that" | "these" | "some"
                | "any" | "all" | "be" | "been" | "being" | "got" | "getting" | "very" | "really" | "so" | "quite"
                | "bit" | "lot" | "too" | "just" | "kind" | "sort" | "rather" | "pretty" | "extremely" | "more"
                | "much" | "most" | "little" | "slight" | "slightly" | "mild" | "moderate" | "severe" | "severely"
                | "bad" | "badly" | "terrible" | "awful" | "horrible" | "intense" | "extreme" | "excruciating"
                | "constant" | "constantly" | "left" | "right" | "both" | "side" | "sided" | "bilateral" | "whole"
                | "entire" | "feel" | "feels" | "feeling" | "like" | "have" | "has" | "had" | "also" | "even" | "still"
                | "always" | "again" | "off" | "own" | "acute" | "sudden" | "suddenly" | "recent"
        )
}

/// Words a phrase of the lexicon does without: articles, possessives, subjects and "is".
pub(super) fn is_dropped(word: &str) -> bool {
    matches!(
        word,
        "the" | "a" | "an" | "my" | "your" | "his" | "her" | "their" | "our" | "its" | "i" | "im" | "ive" | "he"
            | "she" | "they" | "we" | "you" | "it" | "is" | "are" | "was" | "were" | "am"
    )
}

/// Words after which a list shares what stands before: "blood in urine *and stool*".
pub(super) fn shares_head(word: &str) -> bool {
    matches!(
        word,
        "in" | "of" | "on" | "to" | "when" | "while" | "difficulty" | "difficult" | "trouble" | "problem"
            | "problems" | "hard" | "unable" | "cannot" | "cant" | "couldnt"
    )
}

/// English function words, none of them also a common word of another language in the Latin script:
/// the mark of a text in English.
pub(super) fn is_english_mark(word: &str) -> bool {
    matches!(
        word,
        "the" | "and" | "of" | "my" | "i" | "im" | "ive" | "you" | "your" | "his" | "her" | "she" | "it" | "its"
            | "they" | "this" | "that" | "there" | "these" | "have" | "has" | "had" | "been" | "being" | "with"
            | "without" | "for" | "from" | "but" | "not" | "are" | "were" | "does" | "did" | "dont" | "didnt"
            | "doesnt" | "cant" | "cannot" | "when" | "while" | "after" | "before" | "since" | "because" | "what"
            | "why" | "how" | "who" | "which" | "very" | "really" | "some" | "any" | "all" | "much" | "more" | "most"
            | "feel" | "feels" | "feeling" | "felt" | "get" | "gets" | "getting" | "got" | "like" | "think" | "know"
            | "or" | "if" | "can" | "could" | "should" | "would" | "will" | "to" | "at" | "by" | "up" | "down"
            | "out" | "now" | "today" | "yesterday" | "week" | "weeks" | "day" | "days" | "year" | "years" | "old"
            | "month" | "months" | "hour" | "hours" | "started" | "patient" | "denies" | "history" | "yes" | "help"
            | "bad" | "worse" | "left" | "right" | "just" | "also" | "every" | "last" | "going" | "go" | "make"
            | "head" | "chest" | "back" | "leg" | "arm" | "stomach" | "pain" | "hurts" | "sick" | "male" | "female"
            | "baby" | "husband" | "wife" | "mother" | "father" | "child" | "blood" | "skin" | "eye" | "eyes"
    )
}

/// Function words of languages that are often written to an English service; never English words themselves.
pub(super) fn is_foreign_mark(word: &str) -> bool {
    matches!(
        word,
        "el" | "los" | "las" | "una" | "que" | "por" | "con" | "tengo" | "mi" | "muy" | "duele" | "desde" | "y"
            | "le" | "les" | "une" | "des" | "je" | "jai" | "est" | "et" | "mon" | "ma" | "depuis" | "dans" | "avec"
            | "il" | "elle" | "du" | "la" | "der" | "das" | "und" | "ich" | "habe" | "ist" | "nicht" | "mein" | "meine"
            | "ein" | "eine" | "seit" | "mit" | "ho" | "mal" | "della" | "sono" | "nao" | "tenho" | "uma" | "dor"
            | "ik" | "een" | "het" | "heb" | "mijn" | "niet" | "og" | "jeg" | "och" | "jag" | "nie" | "mam" | "w"
            | "ve" | "bir" | "ada" | "saya" | "dan" | "yang" | "del" | "den" | "som"
    )
}

/// Common English words of five and more letters: never taken for a misspelling of a clinical word.
pub(super) const COMMON: &str = "\
ability about above abroad absolutely accept access accident according account across action active activity \
actual actually addition address admit adult advice affect affected afford afraid after afternoon again against \
agree ahead alcohol alive allow allowed almost alone along already although always amazing among amount \
angry animal another answer anybody anymore anyone anything anyway anywhere apart appear appeared apple apply \
appointment approach april argue around arrive arrived asked asking asleep assume attempt attention august autumn \
available average avoid awake aware awful babies balance barely basic bathroom batter beach beard bearing beat \
beating become becoming before began begin beginning begun behave behavior behind being believe below beside best \
better between beyond birthday bitter blame blank blanket bleach board boots bored borrow bother bottle bottom \
bought bowel bowl brain brand brave bread break breakfast breast breath breathe breed breeding brick bridge brief bright \
bring broad broken brother brought brown brush build building burden business butter button calling calm camera \
cancel candle capable capital careful carry carrying catch cause caused causing ceiling center certain certainly \
chair challenge chance change changed changes changing charge cheap check checked cheese chest chicken child \
children choice choose chosen christmas church circle civil class clean cleaning clear clearly climb clinic close \
closed closer clothes cloud coach coast coffee collect college color combine comes comfort comfortable coming common \
community company compare complain complete completely computer concern concerned condition confident confirm \
connect conscious consider constant contact contain continue continued control controlled conversation cooking \
corner correct could counter country couple courage course court cousin cover covered create credit cross crowd \
crying curious current currently customer daily damage dance dancing danger dangerous daughter dealing death \
decade december decide decided decision deeper defend degree delay deliver demand dentist department depend \
describe desert deserve design desire despite dessert detail determine develop developed device diary dictate didnt \
difference different difficult difficulty digest dinner direct direction directly dirty disagree disappear discharge \
discover discuss disease distance divide doctor doctors doing dollar dominate double doubt downstairs dozen drain draw drawing \
dream dress dressing drink drinking drive driver driving during dust early earlier earth easier easily eating edge \
effect effort eight either elbow elderly eleven email emergency emotion employ empty encourage energy engine \
enjoy enough enter entire environment equal escape especially evening event eventually every everybody everyday \
everyone everything everywhere exact exactly examine example excellent except excited excuse exercise exist expect \
expected expensive experience explain explained extra extreme extremely facing factor factory failed fairly faith falling \
false familiar family famous farmer farther faster father fault favorite fear feather february feeding feel feeling fellow \
female fever field fifteen fifth fifty fight fighting figure filled final finally finding finger finish finished fired \
first fitness fixed flat flight flood floor flour flower fluid flying focus follow followed following force forever \
forget former forward found fourth freedom fresh friday friend friends front fruit fully funny further future \
garden gather general generally gentle getting given giving glass glasses going golden gotten government grand \
grandfather grandmother grass great green ground group growing grown growth guess guest habit handle handled hands \
happen happened happening happy hardly hardy harder having healthy health hearing heart hearts heated heating heavy height hello \
helped helpful helping herself hesitate higher highly himself history hitting holding holiday honest hoping horse \
hospital hotel house however hospice huge human hundred hungry hurry husband ideal imagine immediate immediately important \
improve improved include included including incontinent increase increased increasing indeed infant information injure inside instead \
insulin interest interested interview introduce invite involve involved irregular island issue issues itself january joint \
judge juice jumping justice keeping killed kitchen knife knock known labor ladder lasted lasting lately later laugh laundry \
laying leader leading learn learned least leather leave leaving legal length lesser lesson letter level library license \
lifting light lighter likely limit limited liquid listen listening little lives living locate lonely longer looked looking loose \
losing lotion lower lucky lunch lying machine making manage manager manner march marker market married marry mask massage match material \
matter maybe meals meaning means meant measure meat medical medicine medicines medication medications meeting member memory mental \
mention message metal method middle might military million minute minutes mirror missed missing mistake mixed modern moment monday money monitor \
month monthly months mother mountain mouth movie moving multiple muscle museum music myself narrow national natural nature \
nearby nearly necessary needed needing neighbor neither nerve nervous network never night nights nobody noise normal normally \
north nothing notice noticed november number numbers nurse object obvious obviously occasion ocean october offer office \
officer often older online opened operate opinion option orange order ordinary other others otherwise ought ourselves outside \
oxygen package paint paper parent parents parking partner parts party passed passing passion patent patience patient patients pattern peace \
people percent perfect perform perhaps period person personal phone photo phrase physical picked picture piece pillow place placed \
plain plane plant plastic plate playing please plenty pocket point police policy polite popular position positive possible possibly \
potato potion power practice prepare prescribed presence present president press pressing pressure pretty prevent previous previously \
price private probably problem problems process produce product productive program promise properly protect protected proud provide public pulled pulling \
purple purpose pushing putting quality quarter question quick quickly quiet quite radio raise raised raining range rapid rarely \
rather reach reaction reading ready really reason reasonable receive recent recently recognize recommend record recover reduce reduced refuse regard \
regular regularly relate related relation relationship relax release relief remain remember remind remove removed repeat replace \
reply report require rescue research respect respond response responsive result return review right rising river rolling room rough round \
routine rubbing running rushed russian safety sandwich saturday saving saying scale scared scary school science scratch screen \
search season second seconds secret section secure seeing seemed seems selling sending senior sense sensible separate september \
series serious seriously serve service session setting settle settled seven seventh several severe shadow shake shape share sharing sharp \
sheet shift shirt shock shoes shopping short shorter shortly should shoulder shout shower shut sides sight signal signs silent silly \
similar simple simply since singing single sister sitting situation sixteen skill sleep sleeping sleepy slept slight slightly slipped slower slowly small smell \
smile smoke smoker smoking smooth social society sodium soldier solid solve somebody somehow someone something sometimes somewhere sorry sound sounds source \
south space speak speaking special specialist specific speech speed spell spend spent spider spine spinning spirit spoken sports spread spring \
square stable staff stage stairs stand standing started starting starts state station status stayed staying steady stepped stick still stings stocking \
stomach stone stood stopped store storm story straight strain strange stranger stream street strength stress stretch strike string strong stronger \
struck student studies study stuff stupid style subject success sudden suddenly suffer suffering sugar suggest suitable sunday sunlight supper \
supply support suppose supposed surface surgeon surgery surprise survive suspect sweat sweet swimming switch symptom symptoms symptomatic system table tablet tablets \
taken taking talked talking taste teach teacher teaching teenager telling temperature tender tennis terms terrible terror testing thank thanks \
their theirs themselves there therefore these thick thing things thinking third thirteen thirty thought thoughts thousand thread threat three through \
throw thursday ticket tight tightly tired tissue title today together toilet tomorrow tongue tonight tooth total touch touched touching tough toward towel towards \
towns track trade traffic train training travel treat treated treatment trial tried trigger trip trouble truck truly trust truth trying tuesday \
turned turning twelve twenty twice twins types typical unable uncle under understand unfortunately uniform unique united university unless unlike until unusual upper upset \
useful using usual usually vaccine value various vegetable vehicle version village vision visit visited visiting visual voice waist waited waiting waking walked walking \
wanted wanting warm warmth warning washed washing wasted watch watching water weather wedding wednesday weekend weekly weight welcome west whatever wheel \
whenever where whereas whether which while whisper white whole whose widely willing window winter within without woman women wonder wonderful wondering wooden worked working world worried \
worry worse worst worth would wound write writing written wrong yelling yellow yesterday young younger yourself \
vaccinated unvaccinated explained unexplained continent asymptomatic complete incomplete comfortable uncomfortable unconscious \
mobile immobile stable unstable tolerance intolerance abduction adduction ingestion digestion indigestion injection infection \
ejection inflection affection infected injected rushes brushes crushed brushing rubbish cramped camping champing coaching \
coughed laughing laughed daughters slaughter passion mashed washes bruised cruise trembling tumble humble stumble nimble thumbing \
itchy bitchy pitch witch stitch switching hitching ditching batching patchy patches sneaking sneezing freezing breezing squeezing wheezing \
bleating beheading reading leading pleading speeding needing seeding weeding fainting painting panting pointing counting mounting hunting \
chilling filling killing drilling spilling willing billing pilling swelling dwelling smelling spelling telling yelling felling welling shelling \
numbing bumping pumping jumping dumping lumping burning turning earning learning yearning running stunning gunning";
