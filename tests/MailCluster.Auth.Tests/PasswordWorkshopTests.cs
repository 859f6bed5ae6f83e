using System.Text;
using MailCluster.Auth.Passwords;

namespace MailCluster.Auth.Tests;

/// <summary>What mailctl pw does.</summary>
public sealed class PasswordWorkshopTests
{
    private readonly PasswordWorkshop _workshop = new(new AuthOptions { Argon2MemoryKiB = 64, Argon2Passes = 1 });

    [Fact]
    public void Every_scheme_that_is_listed_can_be_made_and_opens()
    {
        foreach (var name in _workshop.Schemes)
        {
            var stored = _workshop.Make(name, "alice@example.com", "correct horse"u8);
            Assert.StartsWith($"{{{name}}}", stored, StringComparison.Ordinal);
            Assert.True(_workshop.Verify(stored, "alice@example.com", "correct horse"u8), name);
            Assert.False(_workshop.Verify(stored, "alice@example.com", "dorrect horse"u8), name);
        }
    }

    [Theory]
    [InlineData("ssha256.hex", "^\\{SSHA256\\.HEX\\}[0-9a-f]+$")]
    [InlineData("CRAM-MD5.b64", "^\\{CRAM-MD5\\.B64\\}[A-Za-z0-9+/=]+$")]
    [InlineData("SHA512-CRYPT.B64", "^\\{SHA512-CRYPT\\.B64\\}[A-Za-z0-9+/=]+$")]
    public void The_encoding_can_be_chosen(string name, string pattern)
    {
        var stored = _workshop.Make(name, null, "x"u8);
        Assert.Matches(pattern, stored);
        Assert.True(_workshop.Verify(stored, null, "x"u8));
    }

    [Fact]
    public void A_weak_one_is_made_and_called_weak()
    {
        Assert.True(_workshop.IsWeak(_workshop.Make("SMD5", null, "x"u8)));
        Assert.False(_workshop.IsWeak(_workshop.Make(null, null, "x"u8)));
        Assert.Throws<PasswordSchemeException>(() => _workshop.IsWeak("{NOSUCH}x"));
        Assert.Throws<PasswordSchemeException>(() => _workshop.Make("DIGEST-MD5", null, Encoding.UTF8.GetBytes("x")));
        Assert.Throws<PasswordSchemeException>(() => _workshop.Make("SSHA.rot13", null, "x"u8));
    }
}
