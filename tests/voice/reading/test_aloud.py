"""Sentences and phrases with the pinyin that a careful speaker gives them, tones as spoken."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin.constants import PINYIN_DICT

from ivr.voice import VoiceError
from ivr.voice.reading.aloud import read_aloud, read_prompt
from ivr.voice.reading.lexicon import Lexicon
from ivr.voice.reading.pinyin import INITIAL_AND_FINAL, syllables_in
from ivr.voice.reading.syllables import Pause, Source, Strength, Syllable

SENTENCES = """
您好，腾讯企业 QQ 河南服务中心，请问有什么可以帮助您的？
    nin2 hao3 teng2 xun4 qi3 ye4 kiu1 kiu1 he2 nan2 fu2 wu4 zhong1 xin1
    qing3 wen4 you3 shen2 me5 ke2 yi3 bang1 zhu4 nin2 de5
对不起，您的电话没有声音，请您换一部电话再打来好吗？再见！
    dui4 bu5 qi3 nin2 de5 dian4 hua4 mei2 you3 sheng1 yin1
    qing3 nin2 huan4 yi2 bu4 dian4 hua4 zai4 da3 lai2 hao3 ma5 zai4 jian4
对不起！请您大声一点，好吗？
    dui4 bu5 qi3 qing3 nin2 da4 sheng1 yi4 dian3 hao3 ma5
对不起，请您找一个可以讲普通话的人来，好吗？谢谢！
    dui4 bu5 qi3 qing3 nin2 zhao3 yi2 ge4 ke2 yi3 jiang2 pu3 tong1 hua4 de5 ren2 lai2
    hao3 ma5 xie4 xie5
请问，怎么称呼您？
    qing3 wen4 zen3 me5 cheng1 hu5 nin2
请问，您贵姓？
    qing3 wen4 nin2 gui4 xing4
请问您说的是购买企业 QQ 的意思吗？
    qing3 wen4 nin2 shuo1 de5 shi4 gou4 mai2 qi3 ye4 kiu1 kiu1 de5 yi4 si5 ma5
请问我刚才的解释您是否清楚？
    qing3 wen4 wo3 gang1 cai2 de5 jie3 shi4 nin2 shi4 fou3 qing1 chu5
麻烦您记录一下，好吗？
    ma2 fan5 nin2 ji4 lu4 yi2 xia4 hao3 ma5
您是想以个人名义购买，还是以企业名义购买呢？
    nin2 shi4 xiang2 yi3 ge4 ren2 ming2 yi4 gou4 mai3
    hai2 shi5 yi2 qi3 ye4 ming2 yi4 gou4 mai3 ne5
您需要几个工号呢？
    nin2 xu1 yao4 ji3 ge4 gong1 hao4 ne5
我给您传份号码表，您先选个号吧。
    wo2 gei3 nin2 chuan2 fen4 hao4 ma2 biao3 nin2 xian1 xuan3 ge4 hao4 ba5
很抱歉，恐怕我不能帮助到您！
    hen3 bao4 qian4 kong3 pa4 wo3 bu4 neng2 bang1 zhu4 dao4 nin2
对不起，让您久等了，我将尽快帮您处理。
    dui4 bu5 qi3 rang4 nin2 jiu2 deng3 le5 wo3 jiang1 jin3 kuai4 bang1 nin2 chu2 li3
对不起，麻烦您将刚才反映的问题再复述一遍，好吗？
    dui4 bu5 qi3 ma2 fan5 nin2 jiang1 gang1 cai2 fan3 ying4 de5 wen4 ti2 zai4 fu4 shu4 yi2 bian4
    hao3 ma5
我们会尽快向上级部门反映，并在 2 小时之内给您明确的答复，再见！
    wo3 men5 hui4 jin3 kuai4 xiang4 shang4 ji2 bu4 men2 fan3 ying4
    bing4 zai4 liang2 xiao3 shi2 zhi1 nei4 gei3 nin2 ming2 que4 de5 da2 fu4 zai4 jian4
公司规定只能同报工号。
    gong1 si1 gui1 ding4 zhi3 neng2 tong2 bao4 gong1 hao4
对不起，您的要求不在我们的服务范围内，请您挂机。
    dui4 bu5 qi3 nin2 de5 yao1 qiu2 bu2 zai4 wo3 men5 de5 fu2 wu4 fan4 wei2 nei4
    qing3 nin2 gua4 ji1
不客气，感谢您咨询企业 QQ，再见！
    bu2 ke4 qi5 gan3 xie4 nin2 zi1 xun2 qi3 ye4 kiu1 kiu1 zai4 jian4
对不起，我挂线了。
    dui4 bu5 qi3 wo3 gua4 xian4 le5
为了保证服务质量，本次通话将被录音。
    wei4 le5 bao3 zheng4 fu2 wu4 zhi4 liang4 ben3 ci4 tong1 hua4 jiang1 bei4 lu4 yin1
对不起，系统暂时无法为您服务，请您稍后再拨。
    dui4 bu5 qi3 xi4 tong3 zan4 shi2 wu2 fa3 wei4 nin2 fu2 wu4 qing3 nin2 shao1 hou4 zai4 bo1
对不起，现在没有空闲的客服人员。
    dui4 bu5 qi3 xian4 zai4 mei2 you3 kong4 xian2 de5 ke4 fu2 ren2 yuan2
我们的工作时间是周一至周五，9 点至 18 点。
    wo3 men5 de5 gong1 zuo4 shi2 jian1 shi4 zhou1 yi1 zhi4 zhou1 wu3
    jiu2 dian3 zhi4 shi2 ba1 dian3
地址：郑州市农业路与经三路交叉口银丰商务 0608
    di4 zhi3 zheng4 zhou1 shi4 nong2 ye4 lu4 yu3 jing1 san1 lu4 jiao1 cha1 kou3
    yin2 feng1 shang1 wu4 ling2 liu4 ling2 ba1
咨询电话：0371-66385255
    zi1 xun2 dian4 hua4 ling2 san1 qi1 yao1 liu4 liu4 san1 ba1 wu3 er4 wu3 wu3
腾讯企业 QQ 河南总经销——河南口口计算机科技有限公司
    teng2 xun4 qi3 ye4 kiu1 kiu1 he2 nan2 zong3 jing1 xiao1
    he2 nan2 kou2 kou3 ji4 suan4 ji1 ke1 ji4 you3 xian4 gong1 si1
您可以以个人名义购买，也可以以企业名义购买。
    nin2 ke2 yi2 yi3 ge4 ren2 ming2 yi4 gou4 mai3
    ye3 ke2 yi3 yi2 qi3 ye4 ming2 yi4 gou4 mai3
第一步，您告诉我们是个人购买，还是企业购买。
    di4 yi1 bu4 nin2 gao4 su5 wo3 men5 shi4 ge4 ren2 gou4 mai3 hai2 shi5 qi3 ye4 gou4 mai3
我们处理得太慢
    wo3 men5 chu2 li3 de5 tai4 man4
您得先登记，还得等一会儿。
    nin2 dei3 xian1 deng1 ji4 hai2 dei2 deng3 yi2 hui4 er5
请您耐心地等一等
    qing3 nin2 nai4 xin1 de5 deng3 yi5 deng3
这个软件很好用，便宜也方便。
    zhe4 ge5 ruan3 jian4 hen2 hao3 yong4 pian2 yi5 ye3 fang1 bian4
一月一号之前，一个月一次，一天一天地看一看。
    yi1 yue4 yi1 hao4 zhi1 qian2 yi2 ge4 yue4 yi2 ci4 yi4 tian1 yi4 tian1 de5 kan4 yi5 kan4
银行的行长说，还款要重新登记。
    yin2 hang2 de5 hang2 zhang3 shuo1 huan2 kuan3 yao4 chong2 xin1 deng1 ji4
请在应用里下载，更新以后重启。
    qing3 zai4 ying4 yong4 li3 xia4 zai4 geng1 xin1 yi3 hou4 chong2 qi3
"""
PHRASES = """
您好 nin2 hao3; 你好 ni2 hao3; 请您 qing3 nin2; 很好 hen2 hao3; 我很好 wo3 hen2 hao3;
我想买保险 wo3 xiang2 mai3 bao2 xian3; 保管好 bao2 guan2 hao3; 老保管 lao3 bao2 guan3;
展览馆 zhan2 lan2 guan3; 纸老虎 zhi3 lao2 hu3; 所以我想 suo2 yi3 wo2 xiang3;
银行 yin2 hang2; 重新 chong2 xin1; 重要 zhong4 yao4; 转人工 zhuan3 ren2 gong1;
您的电话转接中 nin2 de5 dian4 hua4 zhuan3 jie1 zhong1; 长时间 chang2 shi2 jian1; 地址 di4 zhi3;
得到 de2 dao4; 觉得 jue2 de5; 为您 wei4 nin2; 因为 yin1 wei4; 可以为您 ke2 yi3 wei4 nin2;
时限为两小时 shi2 xian4 wei2 liang2 xiao3 shi2; 只有 zhi2 you3; 没有 mei2 you3; 便宜 pian2 yi5;
方便 fang1 bian4; 处理 chu2 li3; 还是 hai2 shi5; 还款 huan2 kuan3; 都可以 dou1 ke2 yi3;
几个 ji3 ge4; 空号 kong1 hao4; 教您 jiao1 nin2; 一共 yi2 gong4; 一直 yi4 zhi2; 第一 di4 yi1;
统一 tong3 yi1; 统一管理 tong3 yi1 guan2 li3; 不一定 bu4 yi2 ding4; 不客气 bu2 ke4 qi5;
对不起 dui4 bu5 qi3; 好不好 hao3 bu5 hao3; 能不能 neng2 bu5 neng2; 听不清 ting1 bu5 qing1;
受不了 shou4 bu5 liao3; 我不了解 wo3 bu4 liao2 jie3; 不清楚 bu4 qing1 chu5;
用不着着急 yong4 bu5 zhao2 zhao2 ji2; 差不多 cha4 bu5 duo1;
一会儿 yi2 hui4 er5; 一点儿 yi4 dian3 er5; 哪儿 na3 er5; 那儿 na4 er5; 事儿 shi4 er5;
儿子 er2 zi5; 女儿 nv3 er2; 儿童 er2 tong2; 两小时 liang2 xiao3 shi2;
二十三小时 er4 shi2 san1 xiao3 shi2; 一二三四 yi1 er4 san1 si4; 幺三八 yao1 san1 ba1;
五五九九 wu3 wu3 jiu3 jiu3; 一百一十一 yi4 bai3 yi1 shi2 yi1; 十一点 shi2 yi1 dian3;
一千一百 yi4 qian1 yi4 bai3; 一万一千 yi2 wan4 yi4 qian1; 三点一四 san1 dian3 yi1 si4;
三点一刻 san1 dian3 yi2 ke4; 按一键 an4 yi1 jian4; 一键登录 yi2 jian4 deng1 lu4;
一两天 yi4 liang3 tian1; 每一天 mei3 yi4 tian1;
同一个 tong2 yi2 ge4; 九点五十分 jiu2 dian3 wu3 shi2 fen1; 五角 wu2 jiao3;
五百九十五元 wu2 bai2 jiu3 shi2 wu3 yuan2;
二零二六年十一月二十一日 er4 ling2 er4 liu4 nian2 shi2 yi1 yue4 er4 shi2 yi1 ri4;
曾先生 zeng1 xian1 sheng5; 解女士 xie4 nv3 shi4; 单小姐 shan4 xiao2 jie3; 马女士 ma2 nv3 shi4;
李小姐 li3 xiao2 jie3; 万俟先生 mo4 qi2 xian1 sheng5; 尉迟女士 yu4 chi2 nv3 shi4;
让解女士接电话 rang4 xie4 nv3 shi4 jie1 dian4 hua4; 曾经 ceng2 jing1; 解决 jie3 jue2;
QQ kiu1 kiu1; VIP wei1 ai4 pi4; WiFi wai1 fai1; wifi wai1 fai1; APP ei1 pi4 pi4; OK ou1 kei4;
这只手机 zhe4 zhi1 shou3 ji1; 只要 zhi3 yao4; 这只是 zhe4 zhi3 shi4; 哪里 na2 li5;
手里 shou2 li5; 姐姐 jie3 jie5; 会计不会计较 kuai4 ji4 bu2 hui4 ji4 jiao4; 喂 wei2;
喂，您好 wei2 nin2 hao3; 嗯 en4; 嗯，好 en4 hao3; 喜欢音乐 xi3 huan5 yin1 yue4;
效率 xiao4 lv4; 角色 jue2 se4; 长大 zhang3 da4; 市长 shi4 zhang3; 教育 jiao4 yu4;
教我们 jiao1 wo3 men5; 更好 geng4 hao3; 当天 dang4 tian1; 当前 dang1 qian2;
"""


def _phrases() -> list[tuple[str, str]]:
    entries = (entry.strip() for entry in PHRASES.split(";") if entry.strip())
    return [(text, said) for text, said in (entry.split(maxsplit=1) for entry in entries)]


def _sentences() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in SENTENCES.strip().splitlines():
        if line.startswith(" "):
            text, said = found.pop()
            found.append((text, f"{said} {line.strip()}".strip()))
        else:
            found.append((line, ""))
    return found


def _pinyin(text: str, lexicon: Lexicon | None = None) -> str:
    parts = read_prompt(text, lexicon)
    return " ".join(str(part) for part in parts if isinstance(part, Syllable))


@pytest.mark.parametrize(("text", "said"), [*_sentences(), *_phrases()])
def test_reads_as_a_careful_speaker(text: str, said: str) -> None:
    assert _pinyin(text) == said


def test_spells_an_address_letter_by_letter() -> None:
    assert _pinyin("网址：www.qqhenan.com") == (
        "wang2 zhi3 da2 bu5 liu5 da2 bu5 liu5 da2 bu5 liu5 dian3 "
        "kiu1 kiu1 ei2 chi5 yi4 en1 ei1 en1 dian3 sei1 ou1 ai2 mu5"
    )


def _pauses(text: str) -> list[tuple[str, Strength]]:
    return [(part.marks, part.strength) for part in read_prompt(text) if isinstance(part, Pause)]


def test_the_strongest_of_several_marks_is_the_pause() -> None:
    assert _pauses("（您好……！）“请问”，办公、个人？！") == [
        ("……！）", Strength.SENTENCE),
        ("，", Strength.CLAUSE),
        ("、", Strength.SHORT),
    ]


def test_no_pause_at_the_edges_and_none_beside_another() -> None:
    spoken = read_aloud("，。您好。，《QQ》 好！")
    assert [str(part) for part in spoken] == ["nin2", "hao3", "。，", "kiu1", "kiu1", "hao3"]


def test_pauses_between_letters_are_light_and_short_beside_dots() -> None:
    assert [strength for _, strength in _pauses("请看 www.qq.com，谢谢")] == [
        Strength.LIGHT,
        Strength.LIGHT,
        Strength.SHORT,
        Strength.SHORT,
        Strength.LIGHT,
        Strength.SHORT,
        Strength.SHORT,
        Strength.LIGHT,
        Strength.LIGHT,
        Strength.CLAUSE,
    ]


def test_a_comma_after_a_letter_in_a_sentence_is_a_pause() -> None:
    assert _pauses("请按A，一共三项") == [("，", Strength.CLAUSE)]


def test_a_pause_keeps_tones_apart() -> None:
    assert _pinyin("你，好") == "ni3 hao3"


@pytest.mark.parametrize(
    ("text", "character", "source"),
    [
        ("您好", "您", Source.ONLY),
        ("重新", "重", Source.TABLE),
        ("曾先生", "曾", Source.SURNAME),
        ("先生", "生", Source.NEUTRAL),
        ("好的", "的", Source.RULE),
        ("没有", "没", Source.USUAL),
        ("行囊", "行", Source.DICTIONARY),
        ("QQ", "Q", Source.LETTER),
    ],
)
def test_a_syllable_knows_its_source(text: str, character: str, source: Source) -> None:
    found = {part.text: part.source for part in read_prompt(text) if isinstance(part, Syllable)}
    assert found[character] is source


def test_a_syllable_knows_its_place_and_its_tone_before_sandhi() -> None:
    first, _, pause, *_ = read_aloud("你好，QQ")
    assert isinstance(first, Syllable)
    assert isinstance(pause, Pause)
    assert (first.place, first.tone, first.citation) == (0, 2, 3)
    assert first.sounds == ("n", "i2")
    assert [part.place for part in read_aloud("好W") if isinstance(part, Syllable)] == [0, 1, 1, 1]


@pytest.mark.parametrize("text", ["您☃好", "您é好", "您8好", "您😀", "您\u200b好", "您Ж"])
def test_what_has_no_reading_is_named(text: str) -> None:
    with pytest.raises(
        VoiceError, match=re.escape(f"{text[1]!r}, sign 2 of {text!r}, has no reading")
    ):
        read_aloud(text)


def test_words_of_the_table_take_precedence_the_longest_first() -> None:
    lexicon = Lexicon({"银行": syllables_in("a1 a2"), "银行卡": syllables_in("e1 e2 e4")})
    assert _pinyin("银行，银行卡", lexicon) == "a1 a2 e1 e2 e4"


def test_a_word_that_no_dictionary_has_is_found() -> None:
    lexicon = Lexicon({"乐行": syllables_in("yue4 hang2")})
    assert _pinyin("请联系乐行科技", lexicon) == "qing3 lian2 xi4 yue4 hang2 ke1 ji4"


def test_a_word_counts_only_as_a_word() -> None:
    lexicon = Lexicon({"会计": syllables_in("kuai4 ji4")})
    assert _pinyin("我不会计较", lexicon) == "wo3 bu2 hui4 ji4 jiao4"


KNOWN = "".join(chr(number) for number in PINYIN_DICT if "一" <= chr(number) <= "龥")
MARKS = "，、。！？：；…—（）《》“”· "


def _readable(character: str) -> bool:
    try:
        return bool(read_aloud(character))
    except VoiceError:
        return False


@given(
    st.text(
        st.sampled_from("一不儿了着地得为还点三九五们好很想买两第" + KNOWN + MARKS), max_size=30
    )
)
def test_each_character_is_one_syllable(text: str) -> None:
    try:
        spoken = read_aloud(text)
    except VoiceError:
        assert not all(_readable(character) for character in text if character not in MARKS)
        return
    syllables = [part for part in spoken if isinstance(part, Syllable)]
    assert "".join(part.text for part in syllables) == "".join(
        character for character in text if character not in MARKS
    )
    assert all(part.tone in range(1, 6) for part in syllables)
    assert all(part.pinyin in INITIAL_AND_FINAL for part in syllables)


@given(st.text())
def test_raises_nothing_but_voice_errors(text: str) -> None:
    with suppress(VoiceError):
        read_prompt(text)
