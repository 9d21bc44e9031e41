use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// What of a text is not surely ours, as it is shown.
fn outside(text: &str) -> BTreeSet<String> {
    let ours = |target: &LinkTarget| match target {
        LinkTarget::Web { host, .. } => host == "mezzofy.example" || host.ends_with(".mezzofy.example"),
        LinkTarget::Mail { address } => address.ends_with("@mezzofy.example"),
        LinkTarget::Other { .. } => false,
    };
    links(text).into_iter().filter(|link| !ours(&link.target)).map(|link| link.target.name().to_owned()).collect()
}

/// How a link is written, and what is shown of it.
const WAYS: &[(&str, &str)] = &[
    // Where the host begins and ends.
    ("https://evil.example/pay?next=https://mezzofy.example/", "evil.example/pay?next=https://mezzofy.example"),
    ("https://mezzofy.example/?next=https://evil.example/pay", "evil.example/pay"),
    ("https://pay_now.evil.example/x", "pay_now.evil.example/x"),
    ("https://evil.example./pay", "evil.example/pay"),
    ("https://mezzofy.example@evil.example/", "evil.example"),
    ("https://mezzofy.example:443@evil.example/", "evil.example"),
    ("https://mezzofy.example%40evil.example@evil.example/", "evil.example"),
    ("https://evil.example\\@mezzofy.example/x", "evil.example/@mezzofy.example/x"),
    ("https://evil.example?@mezzofy.example", "evil.example/?@mezzofy.example"),
    ("https://evil.example#@mezzofy.example", "evil.example/#@mezzofy.example"),
    ("https://mezzofy.example.evil.example", "mezzofy.example.evil.example"),
    ("https://notmezzofy.example", "notmezzofy.example"),
    ("https://mezzofy.example-evil.com/", "mezzofy.example-evil.com"),
    ("https://evil.com,.mezzofy.example/", "evil.com"),
    ("https://mezzofy.example,evil.com/", "evil.com"),
    ("https://mezzofy.example,x@3232235777/", "192.168.1.1"),
    ("https://mezzofy.example,evil%2Eexample/", "mezzofy.example,evil.example"),
    ("https://mezzofy.example，evil.example/", "evil.example"),
    ("https://mezzofy.example/x，evil.example/pay", "evil.example/pay"),
    ("https://mezzofy.example查evil.example", "evil.example"),
    ("https://evil.example:8443/pay", "evil.example:8443/pay"),
    ("(https://evil.example)", "evil.example"),
    ("**https://evil.example/a**", "evil.example/a"),
    ("看https://evil.example/付款。", "evil.example/%e4%bb%98%e6%ac%be"),
    // How a host is written.
    ("HTTPS://EVIL.Example", "evil.example"),
    ("https://xn--pple-43d.xn--p1ai/", "xn--pple-43d.xn--p1ai"),
    ("https://аpple.example/", "xn--pple-43d.example"),
    ("https://mezzofу.example/", "xn--mezzof-1rf.example"),
    ("https://bücher.example", "xn--bcher-kva.example"),
    ("https://坏人。中国/付款", "xn--fiqs8s"),
    ("https://evil%2Eexample/", "evil.example"),
    ("https://%65vil.example/", "evil.example"),
    ("https://ev\u{ad}il.example/", "evil.example"),
    ("https://ev\u{200b}il.example/", "evil.example"),
    ("https://ev\u{2060}il.exam\u{feff}ple/", "evil.example"),
    ("https://evil.com\u{200b}.mezzofy.example/", "evil.com"),
    ("https://mezzofy\u{200d}.example/", "mezzofy"),
    ("https://ｅｖｉｌ．example/", "evil.example"),
    ("ｈｔｔｐｓ：／／ｅｖｉｌ．ｅｘａｍｐｌｅ／", "evil.example"),
    ("https://evil。example/", "evil.example"),
    ("https://evil｡example/", "evil.example"),
    ("https://evil․example/", "evil"),
    ("https://𝐞𝐯𝐢𝐥.example/", "evil.example"),
    ("http://3232235777/", "192.168.1.1"),
    ("http://0xC0A80101", "192.168.1.1"),
    ("http://0300.0250.1.1/", "192.168.1.1"),
    ("http://192.168.257/", "192.168.1.1"),
    ("http://[::1]/", "[::1]"),
    ("http://x@[::ffff:c0a8:101]:80/", "[::ffff:c0a8:101]"),
    ("http://intranet/x", "intranet/x"),
    ("http://localhost:8080/", "localhost:8080"),
    ("https://exa mple", "exa"),
    ("https://xn--a.example/", "https://xn--a.example/"),
    ("https://1.2.3.4.5/", "https://1.2.3.4.5/"),
    // Schemes and slashes.
    ("//evil.example", "evil.example"),
    ("/\\evil.example/x", "evil.example/x"),
    ("https:/\\evil.example", "evil.example"),
    ("https:\\\\evil.example\\x", "evil.example/x"),
    ("https:evil.example", "evil.example"),
    ("https:////evil.example", "evil.example"),
    ("h\u{200b}ttps://evil.example", "evil.example"),
    ("ht\ttps://evil.example", "tps://evil.example"),
    ("https:\n//evil.example", "evil.example"),
    ("ftp://evil.example/x", "evil.example/x"),
    ("hxxps://evil.example/x", "hxxps://evil.example/x"),
    ("\\\\evil\\share", "\\\\evil\\share"),
    ("file://evil/share", "file://evil/share"),
    ("file:///etc/passwd", "file:///etc/passwd"),
    ("smb://mezzofy.example/x", "smb://mezzofy.example/x"),
    ("ms-word:ofe|u|https://evil.example/x", "evil.example/x"),
    ("tel:+6561234567", "tel:+6561234567"),
    ("SMS:+65612", "SMS:+65612"),
    ("javascript:alert(1)", "javascript:alert(1"),
    ("data:text/html,<b>", "data:text/html"),
    ("view-source:https://mezzofy.example", "view-source:https://mezzofy.example"),
    // Mail.
    ("mailto:pay@evil.example?subject=Hi&body=Pay%20now", "pay@evil.example"),
    ("mailto:ana@mezzofy.example?bcc=pay@evil.example", "pay@evil.example"),
    ("mailto:ana@mezzofy.example,pay@evil.example", "pay@evil.example"),
    ("mailto:?to=pay%40evil.example", "pay@evil.example"),
    ("mailto:ana@mezzofy.example?attach=/etc/passwd", "mailto:ana@mezzofy.example?attach=/etc/passwd"),
    ("Write to PAY@Evil.example!", "pay@evil.example"),
    ("联系pay@evil.example。", "pay@evil.example"),
    ("pay＠evil．example", "pay@evil.example"),
    ("ceo@mezzofу.example", "ceo@xn--mezzof-1rf.example"),
    // Bare hosts.
    ("evil.example/pay", "evil.example/pay"),
    ("www.evil.zz", "www.evil.zz"),
    ("evil。example", "evil.example"),
    ("ｅｖｉｌ．example", "evil.example"),
    ("ev\u{ad}il.example", "evil.example"),
    ("请访问evil.example谢谢", "evil.example"),
    ("坏人.中国", "xn--fiqs8s"),
    ("@evil.example", "evil.example"),
    ("See evil.com:8080/x, please", "evil.com:8080/x"),
    ("10.1.2.3/x", "10.1.2.3/x"),
    // Markup.
    ("[our shop](https://evil.example \"title\")", "evil.example"),
    ("[a][1]\n\n[1]: //evil.example/x", "evil.example/x"),
    ("[a](<javascript:x>)", "javascript:x"),
    ("[a](/files/1)", "/files/1"),
    ("![x](//evil.example/p.png)", "evil.example/p.png"),
    ("[a](https&colon;//evil&period;example)", "evil.example"),
    ("evil\\.example", "evil.example"),
    ("<a href='https://mezzofy.example\n-evil.com/'>x</a>", "mezzofy.example-evil.com"),
    ("<a href=\"ja\tva&#115;cript:alert(1)\">x</a>", "ja\tvascript:alert(1)"),
    ("<img src=x onerror=y>", "x"),
    ("<form action = '\\/evil.example/x'>", "evil.example/x"),
    ("<p style='background:url(//evil.example/x)'>", "evil.example/x"),
];

#[test]
fn whatever_a_program_would_open_is_found_and_shown_with_its_real_host() {
    for (text, shown) in WAYS.iter().copied() {
        let found = outside(text);
        assert!(
            found.iter().any(|name| name == shown || (shown == "xn--fiqs8s" && name.contains(".xn--fiqs8s"))),
            "{text:?}: {found:?}, not {shown:?}"
        );
    }
}

#[test]
fn ordinary_texts_with_our_own_links_lead_nowhere_else() {
    for text in [
        "See https://mezzofy.example/other?x=1, or http://WWW.mezzofy.example:8080.",
        "Our shop (https://mezzofy.example) opens **https://shop.mezzofy.example/new**; write to ana.lim@mezzofy.example!",
        "| [shop](https://mezzofy.example/a_b) | `https://mezzofy.example` | mailto:ana@mezzofy.example?subject=Hi |",
        "网站：https://mezzofy.example。谢谢，请联系ana@mezzofy.example。",
        "请访问https://mezzofy.example查看，或www.mezzofy.example。“https://mezzofy.example”",
        "https://mezzofy.example/菜单，谢谢 https://mezzofy.example— best ✅https://mezzofy.example✅",
        "<https://mezzofy.example> <a href=\"https://mezzofy.example/?a=1&amp;b=2\">x</a> [top](#top)",
        "The file is report.pdf, the table Q3_sales.xlsx, the pictures logo.png and shop.jpg.",
        "Total 1.5 of 2,000.00 at 10.30, e.g. v1.2.3, i.e. 3.5%, U.S.A., a.m., p.m., S.p.A. and/or 50%.",
        "Mr. Lim, No.1, Co., Ltd. and Node.js: see section 2.1.4; ratio 3:1, 9:30pm, Re:order, status:open.",
        "报表见附件。谢谢。OK。完成了。第3.5节：收入1,200.00元，比例3：1；电话：+65 6123 4567。",
        "Tel: +65 6123 4567. Data: 5 rows. C:\\Users\\ana\\report.pdf // a note\nhttps://… and http://<host>/",
        "Dear team,\nsee https://mezzofy.example\nThanks,\nAna",
        "5 @ once, @ana, end... Next; what?Yes; ok!Fine",
    ] {
        assert!(outside(text).is_empty(), "{text}: {:?}", outside(text));
    }
}

#[test]
fn a_long_text_made_to_be_slow_is_read_like_any_other() {
    for part in ["http:x", "a://", "\u{200b}", "//x", "<a x=\"", "[x](", "a@b.", "x.evil.example", "&#x2e;\\."] {
        let text = part.repeat(200_000 / part.len());
        assert!(links(&text).len() <= text.len(), "{part}");
    }
    let long = format!("https://mezzofy.example/{}", "x".repeat(5_000));
    assert!(outside(&long).iter().any(|name| name.starts_with("https://mezzofy.example/x")), "too long to be read");
}

#[test]
fn a_link_knows_where_it_is_written() {
    let text = "看 https://Ｅvil.example/a, or bob&commat;evil.example";
    let written: Vec<(&str, LinkTarget)> =
        links(text).into_iter().map(|link| (&text[link.span.clone()], link.target)).collect();
    let web = |host: &str, place: &str| LinkTarget::Web { host: host.to_owned(), place: place.to_owned() };
    assert!(written.contains(&("https://Ｅvil.example/a", web("evil.example", "evil.example/a"))), "{written:?}");
    let mail = LinkTarget::Mail { address: "bob@evil.example".to_owned() };
    assert!(written.contains(&("bob&commat;evil.example", mail)), "{written:?}");
}

/// The letters of a host, each written in one of the ways that the URL standard reads as that letter.
fn written(host: &'static str) -> impl Strategy<Value = String> {
    let letters: Vec<_> = host
        .chars()
        .map(|c| {
            let wide = char::from_u32(u32::from(c) + 0xfee0).unwrap();
            let mut ways = vec![c.to_string(), c.to_string(), c.to_ascii_uppercase().to_string()];
            ways.extend([format!("%{:02X}", u32::from(c)), wide.to_string()]);
            ways.extend(["\u{ad}", "\u{200b}", "\u{2060}", "\u{feff}"].map(|hidden| format!("{c}{hidden}")));
            if c == '.' {
                ways.extend(["。", "｡", "%2e"].map(str::to_owned));
            }
            prop::sample::select(ways)
        })
        .collect();
    letters.prop_map(|letters| letters.concat())
}

fn scheme() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec!["http", "https", "HTTPS", "hTTp", "ht\u{200b}tps", "ｈｔｔｐｓ", "https"]);
    let slashes = prop::sample::select(vec!["//", "/\\", "\\\\", "///", "\\/", "//\u{200b}"]);
    let user =
        prop::sample::select(vec!["", "", "mezzofy.example@", "mezzofy.example:443@", "a%40b@", "mezzofy.example,@"]);
    (scheme, slashes, user).prop_map(|(scheme, slashes, user)| format!("{scheme}:{slashes}{user}"))
}

proptest! {
    #[test]
    fn an_evil_host_is_named_however_it_is_written(
        before in prop::sample::select(vec!["", "See ", "请看", "(", "[x](", "<", "\"", "**", "https://mezzofy.example/?next=", "end.\n"]),
        scheme in scheme(),
        host in written("pay.evil.example"),
        after in prop::sample::select(vec![
            "", " now", ".", "。", "，谢谢", "/", "/pay", "?x=https://mezzofy.example", "\\@mezzofy.example", "#mezzofy.example",
            ":8080/x", ")", ">", "\"", "**", "./pay", "/%2e%2e/",
        ]),
    ) {
        let text = format!("{before}{scheme}{host}{after}");
        let named = links(&text).into_iter().any(|link| matches!(link.target, LinkTarget::Web { host, .. } if host == "pay.evil.example"));
        prop_assert!(named, "{text:?}: {:?}", links(&text));
    }

    #[test]
    fn any_text_is_read_and_each_link_stands_in_it(text in "[a-z:/\\\\.@&;<>=\"'\\]\\[()%#\t\n 。，中\u{200b}é]{0,60}") {
        for link in links(&text) {
            prop_assert!(text.get(link.span.clone()).is_some_and(|written| !written.is_empty()), "{text:?}: {link:?}");
        }
    }
}
