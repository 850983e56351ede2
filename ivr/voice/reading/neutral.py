"""Words whose last syllable has the neutral tone, and particles that always have it.

The words are those of everyday speech whose last syllable is always neutral in standard Mandarin:
dictionaries write xiān·sheng for 先生. Where both tones are common (意见, 关系, 小姐) the full tone
is kept, because it is the clearer one on the telephone. 知道 keeps its tone too: it has the full
tone in 不知道.
"""

PARTICLES = {
    "们": "men", "吗": "ma", "呢": "ne", "吧": "ba", "嘛": "ma", "啦": "la", "呀": "ya", "哇": "wa",
    "么": "me", "呗": "bei", "喽": "lou",
}  # fmt: skip
"""Characters that are neutral wherever no word says otherwise, with their pinyin. The particles
with other readings (的, 了, 着, 得, 地) have rules in :mod:`ivr.voice.reading.rules`."""

_COMMON = """
    先生 清楚 麻烦 事情 时候 东西 客气 名字 意思 告诉 明白 称呼 什么 怎么 那么 这么 多么 要么 地方
    消息 休息 认识 打听 商量 困难 朋友 喜欢 舒服 漂亮 便宜 眼睛 耳朵 窗户 衣服 月亮 晚上 早上 里边
    这里 那里 哪里 家里 心里 手里 屋里 夜里 底下 乡下 护士 大夫 丈夫 媳妇 亲戚 师傅 力气 脾气 运气
    福气 帮手 打扮 打点 打量 打算 答应 吩咐 招呼 收拾 应酬 生意 买卖 主意 本事 故事 差事 行李 钥匙
    玻璃 葡萄 萝卜 豆腐 粮食 糊涂 马虎 厉害 利索 老实 结实 踏实 扎实 干净 热闹 凉快 暖和 痛快 勤快
    新鲜 将就 凑合 折腾 耽误 耽搁 佩服 委屈 冤枉 对付 应付 提防 琢磨 嘱咐 伺候 爸爸 妈妈 哥哥 姐姐
    弟弟 妹妹 爷爷 奶奶 叔叔 伯伯 舅舅 姑姑 太太 宝宝 星星 娃娃 谢谢 看看 听听 说说 问问 试试 找找
    查查 想想 讲讲 走走 聊聊 谈谈 坐坐 石头 木头 里头 外头 前头 后头 馒头 骨头 舌头 枕头 念头 码头
    拳头 罐头 尾巴 嘴巴 下巴 胳膊 脑袋 头发 学问 学生 动静 工夫 功夫 规矩 精神 口袋 模糊 情形 体面
    稀罕 兄弟 张罗 帐篷 芝麻 字号 嘴唇 部分 招牌 咳嗽 苍蝇
"""
_WITH_ZI = """
    桌子 椅子 房子 屋子 院子 车子 孩子 妻子 儿子 嫂子 样子 盒子 箱子 袋子 瓶子 杯子 盘子 筷子 勺子
    叉子 刀子 锅子 盖子 柜子 架子 台子 凳子 被子 帽子 鞋子 袜子 裤子 裙子 袖子 带子 绳子 链子 钉子
    梯子 管子 棍子 牌子 本子 册子 单子 条子 稿子 票子 例子 面子 日子 法子 路子 点子 底子 份子 个子
    身子 脖子 肚子 鼻子 嗓子 胡子 影子 镜子 窗子 亭子 园子 林子 村子 镇子 馆子 铺子 摊子 班子 鸽子
    鸭子 兔子 狮子 猴子 虫子 蚊子 橘子 桃子 李子 栗子 柿子 茄子 种子 豆子 叶子 果子 包子 饺子 粽子
    一下子 一辈子
"""
NEUTRAL_WORDS = frozenset(f"{_COMMON} {_WITH_ZI}".split())
"""Words whose last syllable is neutral."""

RISING_BEFORE_NEUTRAL = frozenset(("哪里", "手里", "想想", "讲讲", "走走", "找找"))
"""Words of which the first syllable is spoken with tone 2: the second has lost a tone 3, before
which the first one rose. Other words keep tone 3 (姐姐, 椅子)."""
