namespace MailCluster.Mailboxes.Tests.Rules;

/// <summary>RFC 5804 §1.6.</summary>
public sealed class ScriptNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("Mein Skript für März")]
    [InlineData("clever\"script")]
    [InlineData("a/b\\c")]
    [InlineData("\U0001F4E8 mail")]
    [InlineData("..")]
    public void Any_printable_text_is_a_name(string text) => Assert.Equal(text, ScriptName.Create(text).Value);

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u007Fb")]
    [InlineData("a\u0085b")]
    [InlineData("a\u009Fb")]
    [InlineData("a\u2028b")]
    [InlineData("a\u2029b")]
    [InlineData("\uFEFFa")]
    public void Control_characters_and_nothing_are_none(string text)
    {
        Assert.False(ScriptName.TryCreate(text, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Lone_surrogates_are_none()
    {
        Assert.False(ScriptName.TryCreate("a\uD83Db", out _, out _));
        Assert.False(ScriptName.TryCreate("a\uD83D", out _, out _));
        Assert.False(ScriptName.TryCreate("\uDCE8", out _, out _));
    }

    [Fact]
    public void Characters_count_and_not_their_code_units()
    {
        var longest = string.Concat(Enumerable.Repeat("\U0001F4E8", ScriptName.LengthMax));

        Assert.Equal(longest, ScriptName.Create(longest).Value);
        Assert.Equal(ScriptName.BytesMax, System.Text.Encoding.UTF8.GetByteCount(longest));
        Assert.False(ScriptName.TryCreate(longest + "a", out _, out _));
    }
}
