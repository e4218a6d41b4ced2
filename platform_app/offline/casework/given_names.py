"""Given names of many languages, and family names that stand first; folded to plain letters. One of them is evidence, never proof."""

from __future__ import annotations

from collections.abc import Sequence

from platform_app.offline.text.words import fold

GIVEN_NAMES = frozenset(
    """
    aaron abby abigail adam adele adrian agnes aidan aisling alan albert alex alexander alexandra alexis alfred alice alicia alison
    allison amanda amber amelia amy andrea andrew andy angela angie anita ann anna annabel anne annette annie anthony april
    archie arlene arnold arthur ashley audrey barbara barry beatrice becky ben benjamin bernard bernie bert beth betty bev
    beverly bill billy blake bob bonnie brad bradley brenda brendan brent brett brian bridget brittany bruce bryan caitlin
    calvin cameron candice carl carla carol carole caroline carolyn carrie casey catherine cathy cecilia chad charles charlie
    charlotte chelsea cheryl chloe chris christian christie christina christine christopher chuck claire clara clarence claudia
    cliff clifford clint clive cody colin colleen connie connor corey courtney craig crystal curtis cynthia daisy dale damian dan
    dana daniel danielle danny daphne darlene darren darryl dave david dawn dean deanna debbie deborah debra declan denise dennis
    derek diana diane dick dolores dominic don donald donna doreen doris dorothy doug douglas duncan dustin dylan earl eddie
    edgar edith edmund edna edward edwin eileen elaine eleanor eli elijah elizabeth ella ellen ellie elliot emily emma eric erica
    erin ernest ethan ethel eugene eva evan eve evelyn faith felicity felix fiona florence floyd frances francis frank frankie
    franklin fred frederick gabriel gail gareth gary gavin gene geoffrey george georgia gerald geraldine gerard gerry gilbert
    gillian gina ginny gladys glen glenda glenn gloria gordon grace graham grant greg gregory greta guy gwen hannah harold harriet
    harry harvey hazel heather hector heidi helen henry herbert holly hope howard hugh hugo ian imogen ingrid irene iris isaac
    isabel isabella isla ivan ivy jack jackie jacob jacqueline jade jake james jamie jan jane janet janice jared jasmine jason
    jay jean jeanne jeff jeffrey jen jennifer jenny jeremy jerome jerry jess jesse jessica jill jim jimmy jo joan joanna joanne
    jodie joe joel joey john johnny jon jonah jonathan jordan joseph josephine josh joshua joy joyce judith judy julia julian
    julie june justin karen karl kate katherine kathleen kathryn kathy katie kay keith kelly ken kenneth kerry kevin kieran kim
    kimberly kirsten kirsty kit kristen kristin kristina kurt kyle lance larry laura lauren laurence laurie lawrence leah lee
    leigh len leo leon leonard leroy leslie lewis liam lila lillian lily linda lindsay lisa liz lloyd lois lola loretta lori
    lorraine louis louise lucas lucy luke lydia lyn lynda lynn mabel mackenzie madeleine madison maggie malcolm mandy marc marcia
    marcus margaret margot maria marian marianne marie marilyn marion marjorie mark marlene marsha martha martin martina marty
    marvin mary mason mathew matt matthew maureen maurice max maxine may megan mel melanie melinda melissa melvin mia michael
    michele michelle mick miguel mike mildred miles millie milton miranda miriam mitchell moira molly mona monica morgan morris
    muriel myra nadia nancy naomi natalie natasha nathan nathaniel neil nell nellie nicholas nick nicola nicole nigel nina noah
    noel nora norma norman oliver olivia oscar owen paige pam pamela pat patricia patrick patty paul paula pauline peggy penny
    percy perry pete peter phil philip phillip phoebe phyllis polly priscilla rachel ralph ramona randall randy ray raymond
    rebecca reg regina reginald rex rhonda richard rick ricky riley rita rob robert roberta robin rod roderick rodney roger roland
    ron ronald ronnie rory rosa rosalind rose rosemary ross rowan roy ruby rupert russell ruth ryan sabrina sadie sally sam
    samantha samuel sandra sandy sara sarah saul sean sebastian selina serena seth shane shannon sharon shaun shawn sheila shelby
    shelley sherry shirley sid sidney sienna silvia simon simone sonia sophia sophie stacey stan stanley stella stephanie stephen
    steve steven stewart stuart sue summer susan suzanne sybil sydney sylvia tamara tammy tanya tara tasha ted teresa terence
    terry tessa thelma theodore theresa thomas tiffany tim timothy tina todd tom tommy toni tony tracey tracy travis trevor
    trish troy tyler una ursula val valerie vanessa vera vernon veronica vicky victor victoria vince vincent viola violet virginia
    vivian wade wallace walter wanda warren wayne wendy wesley whitney wilfred will william willie wilma winston yvette yvonne
    zach zachary zara zoe
    alejandra alejandro alfonso alfredo alonso alvaro ana anabel andres angel antonio araceli arturo beatriz benito blanca camila
    carlos carmen catalina cesar claudio concepcion consuelo cristina cristobal daniela diego dolores eduardo elena emilia emilio
    enrique ernesto esperanza esteban esther eugenio eva fabiola federico felipe fernanda fernando francisca francisco gabriela
    gerardo gonzalo graciela guadalupe guillermo gustavo hernan ignacio ines irma isidro javier jesus joaquin jorge jose juan juana
    julio laura leticia lorena lorenzo lourdes lucia luis luisa luz manuel manuela marcela marcelo marco mariana mario marisol
    marta mateo mercedes mauricio montserrat nuria octavio oscar pablo paco patricio paz pedro pilar rafael ramiro ramon raquel raul
    ricardo roberto rocio rodolfo rodrigo rogelio rosario ruben salvador santiago sergio silvia soledad susana tomas valentina
    vicente victoria ximena yolanda joao jose luiz thiago tiago bruna bruno caio fatima filipe helena heitor henrique joana
    larissa leonor leticia luana luciana marcio matheus murilo otavio paulo renata renato rui sofia tania vasco vitor afonso
    adrien agathe alain alexandre amelie anais antoine armelle arnaud aude aurelie benoit bernadette bertrand brigitte camille
    cecile celine chantal christophe claude clement corinne damien delphine denis didier dominique edouard elise eloise emmanuel
    estelle etienne fabien fabrice florent francois francoise frederic genevieve gerard gilles guillaume henri herve isabelle
    jacques jeanne jerome joelle julien laetitia laurent lea lionel loic lucie luc ludovic madeleine manon marcel margaux mathieu
    mathilde maxime michel mireille monique nathalie noemie odile olivier pascal philippe pierre quentin regis remi remy renaud
    rene sabine sandrine sebastien serge solene stephane sylvain sylvie thibault thierry valentin veronique virginie xavier yann
    yves yvette
    achim alexander andreas angelika anja anke annegret antje armin axel bernd bettina birgit bjorn britta burkhard carsten
    christa christiane christoph claudia cornelia dagmar detlef dieter dietrich dirk doris eberhard elfriede elke erich erika
    ernst eva felix florian frank franz friederike friedrich fritz gabi gabriele georg gerd gerhard gertrud gisela gudrun gunter
    gunther hanna hannelore hans harald hartmut heike heiko heinrich heinz helga helge helmut hendrik henning herbert hermann
    hildegard holger horst ilse inge ingeborg ingo irmgard jens joachim jochen johann johanna johannes jorg jurgen jutta kai karin
    karla karsten katharina kathrin katja katrin klara klaus konrad kristian lars lena lennart lieselotte lotte ludwig lukas lutz
    manfred manuela marc mareike margarete marita markus matthias maximilian meike michaela mirko monika moritz nadine nils norbert
    oliver olaf otto patrick petra philipp rainer ralf reiner reinhard renate roland rolf rosemarie rudi rudiger rudolf sabine
    sebastian siegfried sigrid silke simone stefan stefanie stephan susanne sven swantje thorsten tobias torsten udo ulf uli ulrich
    ulrike ursula ute uwe verena volker walter waltraud werner wiebke wilhelm wolfgang
    alessandra alessandro alessia andrea angelo anna antonella bianca chiara cinzia claudio daniele dario davide domenico
    elisabetta elisa enrico enzo ettore fabio fabrizio federica filippo flavio francesca francesco franco gaia gianluca gianni
    giacomo gino giorgia giorgio giovanna giovanni giulia giuliano giulio giuseppe ilaria lorenzo luca luciano luigi marcella
    marco mariella massimo matteo maurizio michele nicola nicoletta ornella paola paolo pasquale piero pietro raffaele renzo
    riccardo roberta rocco romano salvatore sandro serena silvana silvio simona stefania stefano tiziana tommaso umberto valeria
    vincenzo vittoria vittorio
    aaltje adriaan anders anne annika arne arvid asbjorn asger astrid axel birgitta bjarne bjork bo bodil britt carl cecilie
    christer dag ebba egil einar elin elisabet elsa emil erik erika eskil eva finn fredrik frida frode gerrit gerben gorm greta
    gudmund gunnar gustaf gustav gro guro hakan halvor hanne harald hedda helle henrik hilde ida inga inger inge ingvar jaap jacob
    jakob jan jannik jarl jens jeppe jesper jette joakim johan jonas jorgen joost jukka juha kaisa kari karianne karl karsten
    katrine kees kerstin kim kirsten kjell kjeld klaas knud knut kristoffer lars lasse leif lene lief linnea lise liv lone lotta
    maarten mads magnus maja maren margrethe marit marjolein markku martine matti merete mette mikael mikkel mikko morten niels
    nils odd oddvar ola olav ole olof oskar ove paivi pekka pelle per pernille petter pia pieter poul ragnar ragnhild rasmus reidar
    ruud rune sander sanna sanne sari seppo signe sigrid sigurd siri sissel sjoerd solveig soren stein stig stine susanne svein
    sverre tanja thea thor thijs tiina timo tone tor torben tore trine trond trude trygve ulla ulrik unni vegard veronika vibeke
    viggo vilde wim willem wouter yngve
    adrian agata agnieszka aleksander aleksandra alena ales aleksei alexei anatoly andrej andrzej andrei anastasia anton artur arkady
    barbora bartosz boris bogdan borys dagmara damian darya darko dariusz dejan denis dmitri dmitry dominik dorota dragan dusan
    ekaterina elena elzbieta ewa evgeny filip galina goran grigory grzegorz halina hana hanka igor ilya irena irina ivana ivo
    iwona jacek jadwiga jakub jan jana janusz jaroslav jaroslaw jelena jerzy jiri joanna jolanta josef jozef kamil kamila karel
    katarina katarzyna katya kinga kirill krystyna krzysztof ksenia lech leszek lidia ljiljana lubomir ludmila lukasz lyudmila
    maciej magda magdalena malgorzata marcin marek mariusz marija marina marko marta martyna mateusz michal mikhail mila milan
    milena milica milos mira mirjana miroslav monika natalia natalya nenad nevena nikola nikolai oksana oleg olena olga pavel
    pawel petr piotr predrag przemyslaw radek radoslaw radovan roman rostislav ryszard sasha sergei sergey slavica slobodan
    sonja stanislav stanislaw svetlana sylwia szymon tadeusz tamas tatiana tatyana tereza tihana tomasz tomislav urszula vaclav
    vadim valentina vasily vera vesna viktor viktoria vladimir vladislav vojtech waldemar wanda wieslaw witold wojciech yaroslav
    yekaterina yelena yulia yuri zbigniew zdenek zofia zoran zuzana agnes andras attila balazs bela csaba dora endre eszter eva
    ferenc gabor gergely gyorgy ildiko imre istvan janos jozsef judit kalman katalin laszlo levente lajos marton matyas mihaly
    miklos orsolya peter sandor szilvia tibor vilmos zoltan zsofia zsolt zsuzsa adriana alina andreea bogdan catalin ciprian
    constantin corina costin cristian dan doina dumitru elena florin gheorghe horia ileana ioana ion ionut iulia liviu lucian
    mihaela mihai mircea monica nicolae octavian radu razvan simona sorin stefan traian vasile vlad agnes alexandros anastasios
    andreas angeliki antonis apostolos aristides athanasios chrysoula costas despina dimitra dimitris eleni evangelos fotini
    georgia giannis giorgos ioannis katerina konstantinos kostas kyriakos maria michalis nikos panagiotis panos pavlos sofia
    spyros stavros stelios thanos theodoros vasiliki vassilis yannis zoi
    abdul abdullah abdulrahman abebe abu adel adnan aisha akram ali alia aliya amal amani amina amir amira ammar anas anwar arash
    asif asma ayesha azadeh aziz bahar basma bilal bushra dalia dariush dina ehsan elif emine emre eren fadi fahad faisal farah
    farhad farid fariba faris fatemeh fatih fatima fatma fawzi feisal ghada ghassan habib hadi hakan hala hamid hamza hanan haruna
    hasan hassan hatice hayat heba hiba hind hisham hossein huda husain hussain hussein ibrahim idris imad iman imran ismail jamal
    jamila jawad kamal karim karima kemal khadija khaled khalid khalil laila lamia latifa layla leila lubna mahmoud mahmud majid
    malik mansour marwa marwan maryam mehdi mehmet mehran merve mohamed mohammad mohammed mona mourad muhammad mukhtar munir murat
    musa mustafa nabil nadeem nadia nadim naima najwa nasrin nasser nawal nazanin nermin noor nour omar omer orhan osama osman
    parisa parvin qasim rabia rachid rahim rami rana rania rashid rasha reem reza riad riyad roya ruba saad sabah sabri saeed said
    salah salem salim salma samar sameh sami samia samir samira sana selim selma serkan shadi shahin shirin sinan soraya suha
    suleiman sultan tahir tamer tarek tariq umar usman wael walid waleed wafa yahya yasin yasmin yasser yildiz younes yousef yusuf
    zahra zainab zaki zaynab zeynep ziad zohra aylin ayse baris berk burak can cem ceren deniz ebru ece engin erdem esra gizem
    gokhan gul hulya ilker kaan koray levent melek meltem nihan nilufer okan ozan ozge ozlem pelin pinar sedat selin sema serdar
    sevgi sibel tolga tuba tugba ugur umut volkan yasemin yavuz yigit
    aarav abhishek aditi aditya ajay akash akhil akshay amar amit amita amrita anand ananya anil anita anjali anjana ankit ankita
    anoop anuja anup anupam anuradha aparna archana arjun arun aruna arvind asha ashish ashok ashwin babita bharat bhavna chandra
    chetan deepa deepak deepika dev devika dilip dinesh divya ganesh gaurav gautam geeta girish gita gopal govind hari harish
    harpreet harsh hema hemant indira ishaan jagdish jaya jayant jyoti kabir kalpana kamala kapil karan karthik kavita kavya kiran
    kishore krishna kumar lakshmi lalit lata leela madhav madhu madhuri mahesh manish manisha manju manoj mayank meena meera megha
    mohan mohit mukesh mukul nandini narendra naresh naveen neeraj neelam neha nikhil nikita nilesh nirmala nisha nitin pallavi
    pankaj parvati pooja prabhu pradeep prakash pramod pranav prasad prashant pratap praveen preeti prem priti priya priyanka pushpa
    radha raghav rahul raj raja rajan rajat rajeev rajendra rajesh rajiv raju rakesh ram rama raman ramesh rani ranjit rashmi ravi
    rekha renu ritu rohan rohini rohit roshan rupa sachin sagar sameer sandeep sangeeta sanjay sanjeev sanjiv santosh sarita satish
    savita seema shalini shankar shanti sharad shashi shilpa shiv shreya shruti shweta siddharth sita smita sneha sonali sridhar
    srinivas subhash sudha sudhir sujata sumit sunil sunita suraj surendra suresh sushil swati tanvi tarun tejas uday uma usha
    vandana varun vasant veena venkat venkatesh vidya vijay vikas vikram vimal vinay vineet vinod vipin viraj vishal vivek yash
    farhan faizan nasreen rubina sadia shabana shahid tahira zafar zainul nusrat anwara rahman sharmin tasnim
    akari akihiro akiko akira asuka atsushi aya ayaka ayumi chie daichi daiki daisuke emi eriko fumiko fumio goro hana haruka
    haruki haruto hideki hideo hina hiro hiroaki hiroko hiromi hiroshi hiroyuki hisashi hitomi ichiro isamu junichi junko kaito
    kana kaori katsuo kazuhiro kazuki kazuko kazuo keiko keisuke kei ken kenichi kenji kenta koichi koji kumiko kyoko mai maki
    makoto mami mariko masahiro masaki masako masao masaru masato mayumi megumi michiko mieko miho miki minoru misaki mitsuko
    mitsuru miyuki naoki naoko naomi natsuki nobuo noriko osamu reiko ren rie rika rina ryo ryota ryuichi sachiko saki sakura
    satoko satoru satoshi sayaka shigeru shin shinichi shinji shiori shiro sho shoji shota shun susumu tadashi takahiro takako
    takashi takayuki takeo takeshi taku takuya tamiko taro tatsuya tetsuo tetsuya tomoko tomomi toru toshiko toshio tsutomu yasuko
    yasuo yoichi yoko yoshiko yoshio yosuke yui yuichi yuji yuka yukari yuki yukiko yukio yumi yumiko yusuke yutaka yuta
    eun hae hyun hyejin jae jaehyun jihoon jimin jisoo joon jung kyung minho minji minjun minseo sang seo seojun seok seung soo
    sookyung soyeon sujin sung taehyung woojin yejin yeon yong youngho yuna
    anh bao bich binh chau chi cuong dao diep dung duc giang hai hang hanh hien hieu hoa hoang hong hue hung huong huy khanh khoa
    lan linh loan long mai minh my nam nga ngan ngoc nhung phuc phuong quan quang quoc quyen son tam tan thach thanh thao thi thien
    thu thuy tien toan trang tri trinh truc trung tu tuan tung tuyet van viet vinh xuan yen
    bo chang chao chun dan dong fang fei feng gang guang hao hong hua hui jia jian jiang jianguo jie jin jing jun kai lan lei li lihua
    lin ling ming mei na ning peng ping qiang qing rong rui shan shu tao ting wei weiwei wen xia xiang xiao xiaoli xiaoming xin xiu
    xue yan yang yi ying yong yu yuan yue yun ze zhen zhi zhong adi agus aisyah andi asri ayu bambang budi dewi dian eka endang fitri
    hendra indah indra joko kartika lestari made nur nurul putri putu rini ratna retno rizky sari siti slamet sri suharto sukma teguh
    tri wahyu wati wayan widodo yanti yudi angelica bayani crisanto danilo divina imelda jomar ligaya maricel nonoy rodel rowena
    abena abiola ada adaeze adaobi ade adebayo adwoa afua akin akinyi akosua akua ama amadi amaka amara aminata amos ange assefa awa
    ayodele babajide babatunde bola boubacar bukola chanda chiamaka chidi chidinma chike chika chinedu chinonso chinua chinwe
    chioma cheikh damilola efua ekene emeka esi eshe faith fanta fatou femi folake funke gift gugu haile ifeoma ifeanyi ikechukwu
    imani jabari jelani juma kagiso kamau kariuki kelechi kemi khadijah kofi koffi kojo kwabena kwame kwasi kwesi lerato lindiwe lwazi
    mamadou mandla mariama mbali moussa mpho mwangi naledi ndidi neema ngozi nia njeri nkechi nkem nkosana nomsa nomvula nthabiseng
    nyambura obinna odion ogechi olu oluchi olufemi olumide oluwaseun ousmane palesa precious refilwe rethabile samkelo sekou seun
    sibongile sibusiso simba sipho siyabonga tadesse tafadzwa tanisha tatenda temitope tendai thabo thandi thandiwe thulani titilayo
    tolu tunde uche uchenna wambui wangari wanjiru yaa yaw yewande zanele zinhle zodwa abel almaz bereket dawit girma hana hirut kebede
    meron mulugeta selam solomon tesfaye tigist yohannes
    aoife aodhan bronagh caoimhe ciara cian ciaran cormac dermot diarmuid donal eamon eilis eimear eoin fergal fergus fintan grainne
    maeve niall niamh noirin orla padraig roisin ronan ruairi saoirse seamus sean sinead siobhan sorcha alun angharad bethan bronwen
    carys cerys dafydd delyth dilys emrys ffion gareth geraint gethin gwyneth huw iestyn ieuan lowri megan meredith nerys nia owain
    rhian rhodri rhys sian tegan aharon amit amnon ariel aryeh avi avigail avner ayelet batya boaz chaim chana dalit david dov efrat
    ehud eitan elad eliezer erez esther eyal gadi gal gil gilad hadas hila ilan inbal itamar itzhak liora meir menachem michal miri
    mordechai moshe naftali nir nitzan noa noam ofer ofra ohad omri oren orit orly ori rachel rafi rivka ronen ronit roni ruti shai
    sharon shimon shira shlomo shmuel shoshana tali tamar tzipi tzvi uri uzi varda yael yair yaakov yehuda yigal yitzhak yoav yoel
    yonatan yosef yossi yuval zeev zvi
    """.split()
)

# Where the family name comes first; also names that are not at home among given names.
FAMILY_NAMES = frozenset(
    """
    bai cai cao chan chang chao chen cheng cheung cho choi chow chu chung deng ding dong du duan fan fang feng fong fu gao gu guo
    han he ho hong hou hsu hu huang huynh hwang im jang jeon jeong jia jiang jin jung kang ko kong kwok kwon lai lam lau law le lee
    leung li liang liao lim lin ling liu lo lu luo ma mao meng mo ng ngo nguyen ni oh ong pan pang park peng pham phan phung qian
    qiao qin qiu ren seo shao shen shi shin sim song su sun tan tang tao teo tian tran trinh truong tsai tse tsui vo vu wan wang wei
    wen weng wong woo wu xia xiang xiao xie xing xu xue yan yang yao ye yeung yin yoo yoon you yu yuan yue yun zeng zhang zhao zheng
    zhong zhou zhu zou bui dang dinh do doan duong ha hoang luong ly mai ngo quach ta thai to trieu
    """.split()
)

# Men's names that end like women's, and names that both bear.
_A_BUT_NOT_FEMALE = frozenset(
    """luca andrea nicola nikola joshua ezra sasha misha elia noa luka mustafa musa yahya isa juma krishna akira kenta shota yuta ryota
    ichiro aditya emeka chukwuemeka obinna kwabena baba mika pekka jukka juha esa ilya nikita danila costa garcia attila bela gyula mitya
    kostya hamza osama usama abera girma bola tatenda jaya dana robina kaya deniz kaya koya naoya tatsuya tetsuya takuya haruta rama
    raja surya chandra tola simba kamala pasha mischa jona juda duda caetana wanda""".split()
) - {"kamala", "wanda", "dana"}
_FEMALE = frozenset(
    """abigail agnes aileen alice alison amy ann anne annette annie astrid audrey beatrice beth betty birgit birgitte bridget brigitte
    carmen carol caroline catherine cathy charlotte chloe christine claire colleen connie daphne dawn deborah denise diane dolores
    dorothy doris edith eileen elaine eleanor elizabeth ellen emily erin esther ethel eve evelyn fay felicity florence frances gail
    gillian ginny gladys grace greet gretchen gwen hannah harriet hazel heather heidi helen hilary holly imogen ines ingrid irene iris
    isabel isabelle ivy jacqueline jane janet janice jean jennifer jenny jessie jill joan joanne jocelyn josephine joy joyce judith judy
    julie june karen karin kate katherine kathleen kathryn kathy katie kirsten kristin lauren leonor lily linn liz lois lorraine louise
    lucy lynn mabel madeleine madison margaret marge margot marian marianne marie marilyn marion marjorie mary maureen megan melanie
    mercedes meredith michelle mildred miriam monique muriel nancy naomi natalie nathalie nell nicole noreen odile olive paige pam peggy
    penelope phyllis pilar polly priscilla rachel rosalind rose rosemary roxanne ruth sabine sally sandy sarah sharon sheila shelley
    shirley silke sinead siobhan simone solveig sophie stephanie sue susan suzanne sylvie tracey trish ulrike ursel valerie veronique
    violet vivian wendy winifred yvette yvonne zoe fatima aisha ayse maryam zeynep elif leyla noor huda yuki keiko yoko naoko michiko
    tomoko akiko hoa lan huong linh thuy nga mai priya pooja kavita deepa anjali sunita neha shreya divya ayesha mei ling fang xiu ngozi
    chioma amara wanjiru akinyi thandi nomsa zanele aoife niamh ciara saoirse maeve orla petra anke heike katrin steffi ulla""".split()
)
_MALE = frozenset(
    """adam adrian alan albert alex alexander alfred andre andreas andrew andy anthony antonio arne arthur ben benjamin bernard bernd bill
    björn bjorn bob brad brendan brian bruce carl carlos charles charlie christian christopher chris claus colin craig daniel dave david
    dennis derek dev diego dieter dirk dmitri don donald doug douglas duncan ed eddie eduardo edward edwin eric erik ernest ernst eugene
    felix fernando frank fred frederick gareth gary geoff geoffrey george gerald gerard gordon graham greg gregory guido gunther gustav
    guy hans harald harold harry hector heinz helmut henrik henry herbert horst howard hugh hugo ian ivan ivo jack jacob jacques jaime
    jakob james jan jason javier jean-paul jeff jens jeremy jerome jerry jesper jim joachim joe joel johan john jon jonas jonathan jorge
    jose joseph juan jurgen karl keith ken kenneth kevin klaus kurt lars laurent leif leo leon liam louis luis lukas manuel marc marcel
    marco marcus mario mark markus martin mats matt matthew matthias max michael miguel mike mikael mohamed mohammed muhammad nathan neil
    nicholas nick niels nigel nils oliver olivier omar oscar otto owen pablo patrick paul pedro per pete peter phil philip philippe pierre
    rafael ralf ralph ray raymond rene ricardo richard rick rob robert roberto roger roland rolf ron ronald roy russell ryan sam samuel
    scott sean sebastian sergio simon soren stefan stephen steve steven stuart sven ted terry theo thomas tim timothy tobias todd tom
    tomas tony trevor troy ulrich uwe victor vincent viktor walter warren wayne wolfgang wilhelm will william yves ahmed ali hassan hussein
    ibrahim khalid omar osman mehmet murat yusuf karim rajesh rahul sanjay amit vijay ravi arjun suresh vikram anil karthik hiroshi kenji
    takeshi satoshi daisuke haruki wei jun minh duc tuan hung dung chidi emeka kwame kofi kamau tunde sipho thabo aled gareth rhys
    declan fergus niall seamus eoin conor oisin jorg hakan emre""".split()
)


def gender_of_name(tokens: Sequence[str]) -> str:
    """ "f" or "m" as the given name has it in most languages; "" if it does not tell. A hint for pronouns, nothing more."""
    first = fold(tokens[0]).lower().split("-")[0] if tokens else ""
    if first in FAMILY_NAMES and len(tokens) > 1 and first not in _FEMALE | _MALE:
        first = fold(tokens[-1]).lower()
    if first in _FEMALE:
        return "f"
    if first in _MALE:
        return "m"
    return "f" if first in GIVEN_NAMES and first.endswith("a") and first not in _A_BUT_NOT_FEMALE else ""
