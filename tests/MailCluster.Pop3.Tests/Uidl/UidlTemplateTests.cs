using System.Text;
using MailCluster.Mailboxes;
using MailCluster.Pop3.Uidl;

namespace MailCluster.Pop3.Tests.Uidl;

public sealed class UidlTemplateTests
{
    private static readonly EmailId Id = new(Guid.Parse("0123456789abcdef0123456789ABCDEF"));

    [Theory]
    // What the servers that sites come from tell for UID 26 and UIDVALIDITY 1206382081.
    [InlineData("%08Xu%08Xv", "0000001a47e7ee01")]
    [InlineData("%{uid | hex(8)}%{uidvalidity | hex(8)}", "0000001a47e7ee01")]
    [InlineData("%v.%u", "1206382081.26")]
    [InlineData("%v-%u", "1206382081-26")]
    [InlineData("%u", "26")]
    [InlineData("%Xv%Xu", "47e7ee011a")]
    [InlineData("%UXu", "1A")]
    [InlineData("%XUu", "1A")]
    [InlineData("%08LXu", "0000001a")]
    [InlineData("%05u", "00026")]
    [InlineData("%{uid}", "26")]
    [InlineData("%{uid|hex|upper}", "1A")]
    [InlineData("UID%u-%v", "UID26-1206382081")]
    [InlineData("%g", "0123456789abcdef0123456789abcdef")]
    [InlineData("%Ug", "0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("%{guid | upper}", "0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("%%%u", "%26")]
    public void A_template_tells(string template, string expected) => Assert.Equal(expected, Format(template, 1206382081, 26));

    [Theory]
    [InlineData("%08Xu%08Xv", uint.MaxValue, uint.MaxValue, "ffffffffffffffff")]
    [InlineData("%v.%u", uint.MaxValue, uint.MaxValue, "4294967295.4294967295")]
    [InlineData("%03u", 1u, 12345u, "12345")]
    public void Numbers_are_never_cut(string template, uint uidValidity, uint uid, string expected) =>
        Assert.Equal(expected, Format(template, uidValidity, uid));

    [Theory]
    [InlineData("", "%u or %g")]
    [InlineData("%v", "%u or %g")]
    [InlineData("fixed", "%u or %g")]
    [InlineData("%8Xu", "cuts off")]
    [InlineData("%8u%v", "cuts off")]
    [InlineData("%u %v", "no spaces")]
    [InlineData("%u\u00e9", "no spaces")]
    [InlineData("%f", "%f is none of")]
    [InlineData("%m", "%m is none of")]
    [InlineData("%{filename}", "%{filename} is none of")]
    [InlineData("%{md5}", "%{md5} is none of")]
    [InlineData("%{}", "%{} is none of")]
    [InlineData("%u%", "ends within a variable")]
    [InlineData("%08X", "ends within a variable")]
    [InlineData("%{uid", "no }")]
    [InlineData("%{uid | hex(8}", "none of hex")]
    [InlineData("%{uid | substr(0, 3)}", "none of hex")]
    [InlineData("%{uid | hex | hex}", "none of hex")]
    [InlineData("%{uid | hex(-8)}", "no width")]
    [InlineData("%{uid | hex(99)}", "no width")]
    [InlineData("%099u", "no width")]
    [InlineData("%Xg", "32 hex digits")]
    [InlineData("%040u%040v", "80 characters")]
    [InlineData("%g%g%u", "74 characters")]
    public void A_wrong_template_is_refused_with_a_reason(string template, string reason)
    {
        Assert.False(UidlTemplate.TryParse(template, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("%08Xu%08Xv")]
    [InlineData("%v.%u")]
    [InlineData("%v%u")]
    [InlineData("%Xu")]
    [InlineData("%010u")]
    public void Two_messages_never_have_one_uidl(string template)
    {
        var seen = new HashSet<string>();
        foreach (uint uid in new uint[] { 1, 10, 11, 16, 17, 100, 255, 256, 1000, 65535, 65536, 1u << 31, uint.MaxValue })
            Assert.True(seen.Add(Format(template, 7, uid)));
    }

    private static string Format(string template, uint uidValidity, uint uid)
    {
        var into = new byte[UidlTemplate.LengthMax];
        return Encoding.ASCII.GetString(into, 0, UidlTemplate.Parse(template).Format(uidValidity, uid, Id, into));
    }
}
