using System.Diagnostics;
using System.Text;
using MailCluster.Auth.Passwords;

namespace MailCluster.Auth.Tests;

/// <summary>Stored passwords go both ways between this program and Debian's doveadm, scheme by scheme.</summary>
public sealed class DoveadmTests
{
    private const string Password = "correct horse";
    private const string Account = "alice@example.com";

    private static PasswordSchemes Schemes => new(new AuthOptions { AllowWeakSchemes = true, Argon2MemoryKiB = 64, Argon2Passes = 1 });

    /// <summary>What <c>doveadm pw -l</c> of Dovecot 2.3.19 lists, less OTP, which 2.4 has removed, and PLAIN-TRUNC, whose own output it does not verify.</summary>
    public static TheoryData<string> Names => new(
        "SHA1", "SSHA512", "SCRAM-SHA-256", "BLF-CRYPT", "PLAIN", "HMAC-MD5", "SHA512", "SHA", "DES-CRYPT", "CRYPT", "SSHA", "MD5-CRYPT", "PLAIN-MD4",
        "PLAIN-MD5", "SCRAM-SHA-1", "SHA512-CRYPT", "CLEAR", "CLEARTEXT", "ARGON2I", "ARGON2ID", "SSHA256", "MD5", "PBKDF2", "SHA256", "CRAM-MD5",
        "SHA256-CRYPT", "SMD5", "DIGEST-MD5", "LDAP-MD5", "SHA1.HEX", "CRAM-MD5.B64", "DIGEST-MD5.B64", "PLAIN-MD4.B64", "PLAIN.HEX", "SSHA256.HEX");

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_doveadm_makes_opens_here(string scheme)
    {
        var stored = await RunAsync("pw", "-s", scheme, "-u", Account, "-p", Password);
        Assert.True(Verify(stored, Password));
        Assert.False(Verify(stored, "dorrect horse"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_made_here_opens_in_doveadm(string scheme)
    {
        var name = scheme.Split('.')[0];
        var octets = Encoding.UTF8.GetBytes(Password);
        var data = name == "DIGEST-MD5" ? DigestMd5Scheme.Hash(Account, octets) : Schemes.Usable(name).Hash(octets);
        Assert.Contains("(verified)", await RunAsync("pw", "-u", Account, "-p", Password, "-t", $"{{{name}}}{data}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{PLAIN-TRUNC}5-corre", true)]
    [InlineData("{PLAIN-TRUNC}25-correct horse", true)]
    [InlineData("{PLAIN-TRUNC}5-correXX", false)]
    public void A_cut_password_is_compared_as_far_as_it_goes(string stored, bool opens) => Assert.Equal(opens, Verify(stored, Password));

    [Fact]
    public void A_name_without_a_domain_is_hashed_as_doveadm_does() =>
        // doveadm pw -s DIGEST-MD5 -u alice -p 'correct horse'
        Assert.Equal("23e6d420d3a86675c20e2f70613a0506", DigestMd5Scheme.Hash("alice", Encoding.UTF8.GetBytes(Password)));

    [Fact]
    public void Digest_md5_is_nobodys_without_an_account()
    {
        var scheme = Schemes.Read("{DIGEST-MD5}7b528965f9b102b5593b4c5aec86c7da", out var hash);
        Assert.Throws<PasswordSchemeException>(() => scheme.Verify(Encoding.UTF8.GetBytes(Password), hash));
        Assert.Throws<PasswordSchemeException>(() => scheme.Hash(Encoding.UTF8.GetBytes(Password)));
    }

    [Fact]
    public async Task A_hash_of_the_name_too_opens_its_account()
    {
        using var auth = new AuthFixture();
        await File.WriteAllTextAsync(auth.Path, $"{Account}:{{DIGEST-MD5}}7b528965f9b102b5593b4c5aec86c7da\n");
        Assert.True((await auth.LoginAsync(Account, Password)).IsSuccess);
        Assert.Equal(AuthOutcome.Failed, (await auth.LoginAsync(Account, "wrong")).Outcome);
    }

    [Theory]
    [InlineData("", "31d6cfe0d16ae931b73c59d7e0c089c0")] // RFC 1320 A.5
    [InlineData("message digest", "d9130a8164549fe818874806e1c7014b")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890", "e33b4ddc9c38f2199c3e7b164fcc0536")]
    public void Md4_is_that_of_its_document(string text, string digest) =>
        Assert.Equal(digest, Convert.ToHexStringLower(MdState.Md4(Encoding.ASCII.GetBytes(text))));

    [Theory]
    [InlineData(0)]
    [InlineData(55)]
    [InlineData(56)]
    [InlineData(64)]
    [InlineData(1000)]
    public void Cram_keys_sign_as_hmac_md5_does(int octets)
    {
        var random = new Random(octets);
        byte[] password = new byte[octets], text = new byte[octets];
        random.NextBytes(password);
        random.NextBytes(text);
        Assert.Equal(System.Security.Cryptography.HMACMD5.HashData(password, text), CramMd5Keys.Of(password).Sign(text));
    }

    private static bool Verify(string stored, string password)
    {
        var scheme = Schemes.Read(stored, out var hash);
        return scheme.Verify(Encoding.UTF8.GetBytes(password), hash with { Account = Account });
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        // An empty configuration: the machine's own is not read, and need not exist.
        using var process = Process.Start(new ProcessStartInfo("doveadm", ["-c", "/dev/null", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        return (await output).Trim();
    }
}
