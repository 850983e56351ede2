"""The everyday polyphones (多音字): characters that everyday speech reads in several ways.

The readings are those current in standard Mandarin, without those that occur only in names,
dialects or old texts. A reading that differs only by a neutral tone is not counted; see
:mod:`ivr.voice.reading.neutral`. Dictionaries give several readings for more than a thousand
characters; the others of them are read as pypinyin's dictionary says and count as undisputed.
"""

from ivr.voice.reading.pinyin import Toned, syllables_in


def _table(lines: str) -> dict[str, tuple[Toned, ...]]:
    """Return the readings of each character, the usual one first.

    ``lines`` are entries like ``会 hui4 kuai4``, separated by semicolons.
    """
    entries = (entry.split(maxsplit=1) for entry in lines.split(";") if entry.strip())
    return {character: syllables_in(readings) for character, readings in entries}


USUAL = _table(
    """
    会 hui4 kuai4; 说 shuo1 shui4; 看 kan4 kan1; 少 shao3 shao4; 什 shen2 shi2; 发 fa1 fa4;
    号 hao4 hao2; 没 mei2 mo4; 要 yao4 yao1; 种 zhong3 zhong4; 都 dou1 du1; 中 zhong1 zhong4;
    相 xiang1 xiang4; 系 xi4 ji4; 提 ti2 di1; 似 si4 shi4; 省 sheng3 xing3; 强 qiang2 qiang3;
    量 liang4 liang2; 难 nan2 nan4; 数 shu4 shu3; 便 bian4 pian2; 间 jian1 jian4; 结 jie2 jie1;
    解 jie3 jie4 xie4; 传 chuan2 zhuan4; 将 jiang1 jiang4; 好 hao3 hao4; 与 yu3 yu4;
    占 zhan4 zhan1; 转 zhuan3 zhuan4; 分 fen1 fen4; 给 gei3 ji3; 和 he2 huo4 he4; 几 ji3 ji1;
    卡 ka3 qia3; 降 jiang4 xiang2; 供 gong1 gong4; 划 hua4 hua2; 正 zheng4 zheng1;
    称 cheng1 chen4; 参 can1 shen1; 落 luo4 la4; 担 dan1 dan4; 单 dan1 shan4; 盛 sheng4 cheng2;
    宿 su4 xiu3; 折 zhe2 she2; 曾 ceng2 zeng1; 场 chang3 chang2; 车 che1 ju1; 乘 cheng2 sheng4;
    冲 chong1 chong4; 创 chuang4 chuang1; 答 da2 da1; 打 da3 da2; 大 da4 dai4; 待 dai4 dai1;
    度 du4 duo2; 否 fou3 pi3; 服 fu2 fu4; 个 ge4 ge3; 观 guan1 guan4; 喝 he1 he4; 华 hua2 hua4;
    混 hun4 hun2; 奇 qi2 ji1; 济 ji4 ji3; 监 jian1 jian4; 见 jian4 xian4; 校 xiao4 jiao4;
    禁 jin4 jin1; 据 ju4 ju1; 圈 quan1 juan4; 秘 mi4 bi4; 哪 na3 nei3; 那 na4 nei4; 宁 ning2 ning4;
    片 pian4 pian1; 屏 ping2 bing3; 铺 pu1 pu4; 亲 qin1 qing4; 扫 sao3 sao4; 色 se4 shai3;
    识 shi2 zhi4; 石 shi2 dan4; 属 shu3 zhu3; 熟 shu2 shou2; 通 tong1 tong4; 同 tong2 tong4;
    尾 wei3 yi3; 鲜 xian1 xian3; 饮 yin3 yin4; 予 yu3 yu2; 症 zheng4 zheng1; 作 zuo4 zuo1;
    择 ze2 zhai2; 任 ren4 ren2; 区 qu1 ou1; 查 cha2 zha1; 盖 gai4 ge3; 万 wan4 mo4; 仇 chou2 qiu2;
    燕 yan4 yan1; 肖 xiao4 xiao1; 合 he2 ge3; 稍 shao1 shao4; 叉 cha1 cha4; 核 he2 hu2;
    吧 ba5 ba1; 葛 ge2 ge3; 呢 ne5 ni2; 绿 lv4 lu4; 论 lun4 lun2; 埋 mai2 man2; 蒙 meng2 meng1;
    磨 mo2 mo4; 炮 pao4 bao1; 涨 zhang3 zhang4; 仔 zi3 zai3; 扎 zha1 za1; 晕 yun1 yun4;
    挑 tiao1 tiao3; 帖 tie3 tie4; 扇 shan4 shan1; 劲 jin4 jing4; 凉 liang2 liang4;
    """
)
"""Polyphones with one usual reading, which comes first. The words with the others are few; they
are listed under [readings] in ``pronunciation.toml``."""

VARIED = _table(
    """
    行 xing2 hang2; 重 zhong4 chong2; 长 chang2 zhang3; 空 kong1 kong4; 当 dang1 dang4;
    应 ying1 ying4; 处 chu4 chu3; 调 tiao2 diao4; 差 cha4 cha1 chai1; 教 jiao1 jiao4;
    更 geng4 geng1; 尽 jin3 jin4; 干 gan4 gan1; 假 jia3 jia4; 角 jiao3 jue2; 觉 jue2 jiao4;
    倒 dao3 dao4; 藏 cang2 zang4; 载 zai4 zai3; 乐 le4 yue4; 率 lv4 shuai4; 朝 chao2 zhao1;
    曲 qu3 qu1; 散 san4 san3; 弹 tan2 dan4; 兴 xing1 xing4; 钻 zuan1 zuan4; 背 bei4 bei1;
    薄 bao2 bo2; 恶 e4 wu4; 冠 guan4 guan1; 累 lei4 lei3; 露 lu4 lou4; 模 mo2 mu2; 舍 she3 she4;
    切 qie1 qie4; 卷 juan3 juan4; 血 xue4 xie3; 压 ya1 ya4; 炸 zha4 zha2; 漂 piao1 piao4 piao3;
    为 wei4 wei2; 还 hai2 huan2; 得 de5 de2 dei3; 地 di4 de5; 着 zhe5 zhao2 zhuo2; 了 le5 liao3;
    的 de5 di4 di2; 只 zhi3 zhi1; 儿 er2 er5; 喂 wei4 wei2;
    """
)
"""Polyphones of which several readings are usual; the first one is used where nothing decides."""

ALONE = frozenset("行重长空当应处差教更尽干角倒背薄累切")
"""Polyphones of :data:`VARIED` that have their first reading as a word of one character: 行 in
行吗, 教 in 教我."""

POLYPHONES = USUAL | VARIED
"""The current readings of every everyday polyphone."""
