"""The words of expected answers, for the decoders that know nothing else. Pure.

Runtime grammars of an official model and the graphs of the built-in one are made from them
(:mod:`ivr.recognition.answer_decoders`, ``tools.tiny_vosk.expected``).
"""

from ivr.dialogue.expected import Expected

DIGIT_WORDS = tuple("零一二三四五六七八九幺")
"""Words for one digit that callers say often; 幺 is 1."""
RARE_DIGIT_WORDS = tuple("洞两")
"""Words for one digit that few callers say: 洞 is 0, 两 is 2."""
TIMES_WORD = "个"
"""The word between a count and a digit in 三个八, which is 888."""
BEFORE_DIGITS = (
    "是", "就是", "嗯", "好", "对", "那个", "我的电话是", "我的号码是", "我的手机是",
    "我的手机号是", "我电话是", "我手机号是", "我手机是",
    "电话是", "号码是", "手机是", "手机号是", "座机是",
    "电话", "号码", "手机", "手机号", "座机", "区号", "区号是", "单号是", "工单号是", "编号是",
    "你记一下", "你记一下号码", "打", "打我", "打这个电话",
)  # fmt: skip
"""Phrases before the first digit of a number."""
CORRECTIONS = (
    "不对", "不对是", "错了", "错了是", "说错了", "不是", "应该是", "是", "最后四位是", "后四位是",
    "最后两位是", "后两位是", "前三位是", "尾号是",
)  # fmt: skip
"""Phrases between a wrong number and the right digits."""
YES = (
    "是", "是的", "是啊", "是是", "对", "对的", "对对", "对啊", "对呀", "没错", "正确", "好",
    "好的", "好啊", "好吧", "行", "行啊", "可以", "可以的", "嗯", "嗯嗯", "嗯对", "没问题", "明白",
    "明白了", "清楚", "清楚了", "知道了", "要", "需要", "愿意", "同意", "有", "能", "当然",
)  # fmt: skip
"""Answers that say yes."""
NO = (
    "不", "不是", "不是的", "不对", "错了", "不用", "不用了", "不要", "不需要", "不行", "不可以",
    "不好", "不清楚", "不明白", "没有", "没听清", "不方便", "不愿意", "算了", "别",
)  # fmt: skip
"""Answers that say no. 没 alone is left out: it is rare, and sounds like 对 in a bad voice."""
FREQUENT_ANSWERS = (
    "对", "对的", "是", "是的", "嗯", "好", "好的", "没错", "可以", "行", "不对", "不是", "不用",
    "不用了", "没有",
)  # fmt: skip
"""Answers to a yes-or-no question that are taken to be frequent (by judgement)."""
SURNAMES = tuple(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢崔钟谭范金石廖贾夏付方白邹孟熊秦邱尹薛闫段雷侯龙陶顾毛郝龚邵万钱戴莫孔向康常温易"
)
"""The most frequent surnames, one for each syllable: tones are not recognised, so the others of the
same syllable would be guesses."""
BEFORE_SURNAME = (
    "我姓", "姓", "免贵姓", "免贵", "敝姓", "我是", "我叫", "叫我", "叫我小", "叫我老", "嗯我姓",
    "你好我姓", "你叫我",
)  # fmt: skip
"""Phrases before a surname."""
SPOKEN_TITLES = ("先生", "小姐", "女士", "经理", "老师", "师傅", "太太", "总")
"""Words behind a surname."""
SYLLABLES = tuple(
    "啊爱按昂奥把白办浜报被本繃比便表别滨并波不擦才参藏草侧涔曾茶拆产常朝车臣成吃冲抽出揣穿床"
    "吹春戳此从凑粗窜催村错大带但当到的等地点掉爹定丢东都读段对吨多鄂恩而法反放非分风否副伽该"
    "干刚高个给跟更共够故挂怪官光归滚过哈还汉杭好和黑很横红后湖话坏换黄会婚或及家见将叫接进经"
    "囧就据涓觉军卡开看抗靠可肯坑空口哭跨快宽矿亏坤阔拉来蓝廊老了类冷里俩连两辽列林另流龙楼路"
    "乱论落率略吗买满忙毛么没们梦米面庙灭民名谬莫某墓那乃南囊闹呢内嫩能你年娘鸟捏您宁牛弄怒暖"
    "诺女虐藕怕派盘旁跑陪喷捧皮片票瞥品平破婄铺其恰前强瞧且亲请穷求去全却群然让绕热人仍日容肉"
    "如软睿润若撒塞三丧扫色森僧杀晒山上少设身省是手属刷摔拴双谁顺说死送艘素算虽孙所他太谈唐逃"
    "特疼提天条铁听同头图团退吞脱瓦外万王为问翁我无西下先向小些新行兄修需选学讯呀言杨要也一因"
    "应用有与元月云砸在咱葬早则贼怎增扎寨占长找这真正之中州住抓拽转装追准捉自总走足钻最尊做"
)
"""A common character for each syllable of Mandarin. They stand for speech of any other kind."""


def words_of(expected: Expected) -> tuple[str, ...]:
    """Return the words of which an answer of the kind ``expected`` consists, each once.

    For a number these are the digits, for a yes or no its words, for a name surnames and titles.
    """
    match expected:
        case Expected.NUMBER:
            return DIGIT_WORDS + RARE_DIGIT_WORDS
        case Expected.YES_NO:
            return YES + NO
        case Expected.NAME:
            return SURNAMES + SPOKEN_TITLES
