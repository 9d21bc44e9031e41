//! How texts are compared across ways of writing: width, traditional and simplified characters, accents.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Traditional characters and their simplified forms, position by position: those of business, places and everyday words.
const TRADITIONAL: &str = "\
    財務報損負產債個給發總經執資單電郵傳請這製檔現轉關書數據業績贈幫們師長內買兩從與時間開應該對話點處類額錢後別將幣過動計劃帳無須營當馬為寫詩說範圍結餘狀飲國際優連鎖飯館麵訂戶員積會領\
    載體壓縮網頁鏈絡導閱讀錯誤訊號碼驗證簽見決題問確認還歸銷賣場廣東門實貨運輸倉儲藥醫療護髮廳樂園遊戲輪觀飛機車輛進達標雲華語萬億張貼揚陳楊劉鄭鄧葉鍾鐘錶寶貝貴賓禮聯繫係團隊購測試賬歷\
    曆設備註課質選擇項顧願線練習訓識記錄講許論壇調誰談謝議協勞勢趨費貿賽贏趕跡軟輕鬆餅遠適遲邊緣鄰鋪錦鍵盤鏡鏟鑰陽陰階隨險風隱雙雜誌雞離難靜態響頂級順預頭頻顏顯騰驚魚鮮鳥龍蝦龜齊齒圖樣\
    廠沒裡麼來壞嗎閃補償換掃綁簡檢覺聽戰術專環細終組織續絕統紀約紅純綠維緊編縣繼斷擔擁擊廢齡勝區衛參厲啟嚴塊聲夠夾奪獎妝孫寧審層屬島帶庫強彈彙徹憑慶撥擺攝擴樓權歐歲殘殺氣濟灣燈熱爐獨獲\
    畫異監盡種穩竊筆糧紙羅職腦膚臺興蘭裝複視親覽觸託評詞詢詳誠譯變讓豐販責貸賀辦農遞遷釋針鋒鐵鑑閉霧韓顛飽鬥黃黨";
const SIMPLIFIED: &str = "\
    财务报损负产债个给发总经执资单电邮传请这制档现转关书数据业绩赠帮们师长内买两从与时间开应该对话点处类额钱后别将币过动计划账无须营当马为写诗说范围结余状饮国际优连锁饭馆面订户员积会领\
    载体压缩网页链络导阅读错误讯号码验证签见决题问确认还归销卖场广东门实货运输仓储药医疗护发厅乐园游戏轮观飞机车辆进达标云华语万亿张贴扬陈杨刘郑邓叶钟钟表宝贝贵宾礼联系系团队购测试账历\
    历设备注课质选择项顾愿线练习训识记录讲许论坛调谁谈谢议协劳势趋费贸赛赢赶迹软轻松饼远适迟边缘邻铺锦键盘镜铲钥阳阴阶随险风隐双杂志鸡离难静态响顶级顺预头频颜显腾惊鱼鲜鸟龙虾龟齐齿图样\
    厂没里么来坏吗闪补偿换扫绑简检觉听战术专环细终组织续绝统纪约红纯绿维紧编县继断担拥击废龄胜区卫参厉启严块声够夹夺奖妆孙宁审层属岛带库强弹汇彻凭庆拨摆摄扩楼权欧岁残杀气济湾灯热炉独获\
    画异监尽种稳窃笔粮纸罗职脑肤台兴兰装复视亲览触托评词询详诚译变让丰贩责贷贺办农递迁释针锋铁鉴闭雾韩颠饱斗黄党";

static FORMS: LazyLock<HashMap<char, char>> = LazyLock::new(|| TRADITIONAL.chars().zip(SIMPLIFIED.chars()).collect());

/// The simplified form of a character; others stay.
#[must_use]
pub fn simplified(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    FORMS.get(&c).copied().unwrap_or(c)
}

/// Whether a character is one of the Han script.
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}' | '〇')
}

/// A full-width character of ASCII as ASCII.
#[must_use]
pub fn half_width(c: char) -> char {
    match c {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    }
}

/// A Latin letter without its accent.
#[must_use]
pub fn without_accent(c: char) -> char {
    const ACCENTED: &str = "àáâãäåāăąçćčďèéêëēęěìíîïīłñńňòóôõöøōřśšșťțùúûüūůýÿžźż";
    const PLAIN: &str = "aaaaaaaaacccdeeeeeeeiiiiilnnnooooooorssssttuuuuuuyyzzz";
    if c.is_ascii() || is_han(c) {
        return c;
    }
    ACCENTED.chars().zip(PLAIN.chars()).find_map(|(from, to)| (from == c).then_some(to)).unwrap_or(c)
}

/// Lower case, half width, simplified, without accents.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().map(half_width).flat_map(char::to_lowercase).map(simplified).map(without_accent).collect()
}

/// How many insertions, deletions, changes and swaps of neighbours turn one text into the other, counted up to `most`.
/// (Optimal string alignment.)
#[must_use]
pub fn distance(one: &str, other: &str, most: usize) -> Option<usize> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let mut rows = vec![vec![0; other.len() + 1]; one.len() + 1];
    for (at, row) in rows.iter_mut().enumerate() {
        row[0] = at;
    }
    for (at, cell) in rows[0].iter_mut().enumerate() {
        *cell = at;
    }
    for i in 1..=one.len() {
        for j in 1..=other.len() {
            let changed = usize::from(one[i - 1] != other[j - 1]);
            let mut least = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + changed);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    Some(rows[one.len()][other.len()]).filter(|steps| *steps <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_of_writing_fall_together() {
        assert_eq!(TRADITIONAL.chars().count(), SIMPLIFIED.chars().count());
        assert_eq!(plain("金龍餐飲國際"), plain("金龙餐饮国际"));
        assert_eq!(plain("Ｃａｆé Zoë"), "cafe zoe");
        assert_eq!(plain("顧客的電郵"), "顾客的电邮");
    }

    #[test]
    fn the_distance_counts_slips_of_the_keyboard() {
        assert_eq!(distance("golden", "goldne", 2), Some(1));
        assert_eq!(distance("golden", "gelden", 2), Some(1));
        assert_eq!(distance("golden", "goldens", 0), None);
        assert_eq!(distance("golden", "silver", 2), None);
        assert_eq!(distance("", "", 0), Some(0));
    }
}
