using System.Diagnostics;
using System.Globalization;
using System.Text;
using MailCluster.Auth.Sasl;
using MailCluster.Auth.Sasl.Normalization;

namespace MailCluster.Auth.Tests.Sasl;

public sealed class SaslPrepTests
{
    // Each code point of Unicode 3.2 that normalization changes, and texts of marks, letters, Hangul and compatibility characters; with Python's own form KC.
    private const string Python = """
        import random, unicodedata as u
        old = u.ucd_3_2_0
        points = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF and old.category(chr(c)) not in ("Cn", "Co")]
        marks = [c for c in points if u.combining(chr(c))]
        changed = [c for c in points if u.normalize("NFKD", chr(c)) != chr(c) and not 0xAC00 <= c <= 0xD7A3]
        hangul = [*range(0x1100, 0x1113), *range(0x1161, 0x1176), *range(0x11A7, 0x11C3), *range(0xAC00, 0xAC40), 0xD7A3]
        latin = [ord(c) for c in "aeoucsAEOdqiSI"]
        random.seed(4013)
        texts = [chr(c) for c in changed] + [chr(c) for c in range(0xAC00, 0xD7A4, 7)]
        for _ in range(20000):
            texts.append("".join(chr(random.choice(random.choice([marks, marks, changed, hangul, latin, points]))) for _ in range(random.randint(2, 7))))
        show = lambda text: " ".join(f"{ord(c):X}" for c in text)
        for text in texts: print(show(text) + ";" + show(u.normalize("NFKC", text)))
        """;

    [Fact]
    public async Task Form_KC_is_that_of_another_implementation()
    {
        var start = new ProcessStartInfo("python3", ["-c", Python]) { RedirectStandardOutput = true };
        using var python = Process.Start(start)!;
        var lines = 0;
        while (await python.StandardOutput.ReadLineAsync() is { } line)
        {
            lines++;
            var parts = line.Split(';');
            Assert.True(Show(CompatibilityForm.Normalize(Text(parts[0]))) == parts[1], $"{parts[0]} became {Show(CompatibilityForm.Normalize(Text(parts[0])))}, and is {parts[1]}");
        }

        await python.WaitForExitAsync();
        Assert.Equal(0, python.ExitCode);
        Assert.InRange(lines, 25_000, 40_000);
    }

    [Theory]
    [InlineData("I\u00adX", "IX")] // RFC 4013 §3, all of them
    [InlineData("user", "user")]
    [InlineData("USER", "USER")]
    [InlineData("\u00aa", "a")]
    [InlineData("\u2168", "IX")]
    [InlineData("\u0007", null)]
    [InlineData("\u0627\u0031", null)]
    [InlineData("u\u0308ber", "\u00fcber")] // typed decomposed, as on a Mac
    [InlineData("\u212b", "\u00c5")] // the sign of the Ångström
    [InlineData("\uff50\uff41\uff53\uff53", "pass")] // full width
    [InlineData("\u1112\u1161\u11ab", "\ud55c")] // Hangul letters
    [InlineData("\ufb01le", "file")]
    [InlineData("\u0627\u0628\u062a", "\u0627\u0628\u062a")]
    [InlineData("\u0627 \u0628", "\u0627 \u0628")]
    [InlineData("\u0627a\u0628", null)] // a left-to-right letter in right-to-left text
    [InlineData("a\u2ff0", null)] // RFC 3454 C.7
    [InlineData("a\ufffc", null)]
    [InlineData("a\u200e", null)]
    [InlineData("\u3000x", " x")]
    public void Texts_are_prepared(string text, string? prepared) => Assert.Equal(prepared, SaslPrep.Prepare(text));

    [Fact]
    public void Half_a_surrogate_is_refused() => Assert.Null(SaslPrep.Prepare("a\ud800"));

    [Fact]
    public void A_prepared_text_is_prepared_already()
    {
        foreach (var text in new[] { "u\u0308ber", "\u2168\u00aa", "\u1112\u1161\u11ab", "a\u0323\u0307", "\u1e9b\u0323", "\uff50" })
        {
            var prepared = SaslPrep.Prepare(text);
            Assert.Equal(prepared, SaslPrep.Prepare(prepared!));
        }
    }

    [Fact]
    public void A_password_that_cannot_be_prepared_stays_what_it_is()
    {
        Assert.Equal("pass"u8.ToArray(), SaslPrep.Password("\uff50\uff41\uff53\uff53"u8));
        Assert.Equal("a\u0007"u8.ToArray(), SaslPrep.Password("a\u0007"u8));
        Assert.Equal([0xff, 0xfe], SaslPrep.Password([0xff, 0xfe]));
    }

    private static string Text(string points) => string.Concat(points.Split(' ').Select(static point => char.ConvertFromUtf32(int.Parse(point, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))));

    private static string Show(string text) => string.Join(' ', text.EnumerateRunes().Select(static rune => rune.Value.ToString("X", CultureInfo.InvariantCulture)));
}
