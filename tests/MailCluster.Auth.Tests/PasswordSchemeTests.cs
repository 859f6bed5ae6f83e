using System.Text;
using MailCluster.Auth.Native;
using MailCluster.Auth.Passwords;

namespace MailCluster.Auth.Tests;

/// <summary>Every scheme against hashes made by other programs: openssl passwd, mkpasswd, argon2(1), Python's hashlib.</summary>
public sealed class PasswordSchemeTests
{
    private const string Password = "correct horse";

    public static TheoryData<string> Strong => new(
        "{SHA512-CRYPT}$6$saltsalt$hRM5XZ86KXEw9UOmjigeVqFgULtFB2sgpC9lXQDfMib3Zgw7mEiUvBJI2EplzfAqxL5Vvwp2scFtv/uamSo5z0",
        "{SHA256-CRYPT}$5$saltsalt$myjXcpMpE2Ofk7fj9hqyNYSn6lmWG4Mqnjx.KIRRr4/",
        "{CRYPT}$y$j9T$05lJt4u1vzsM11ZMb4AU9.$RRSH2W8WzIXFfK/uCeoDwHQjI9peC//9A1xpaZhYEuB",
        "$y$j9T$05lJt4u1vzsM11ZMb4AU9.$RRSH2W8WzIXFfK/uCeoDwHQjI9peC//9A1xpaZhYEuB",
        "{CRYPT}$gy$j9T$i58/zoB4iQvYvIQ5m5Bso/$N1uQ.l6R5Y9YgGVv2J5ZhILDXWnbQRkQJcUixQKDIY8",
        "{CRYPT}$7$CU..../....WqOT9/kPs2ynYIrQkpHVG1$R7jaUwt/s2NSExlQRbOGx9tCn4JrufuH1B4M02kMJE9",
        "{BLF-CRYPT}$2b$05$JoPKJqoX.83xtuaJFMU6hOAHIlDTQ.1giOk/8vMGsdWBTk99f..NW",
        "{blf-crypt}$2a$05$kIvd5IqBrGAgmJpLdw6WZOjAS18XjZyaike.9zTFifVmmXVuFfgLK",
        "{CRYPT}$6$saltsalt$hRM5XZ86KXEw9UOmjigeVqFgULtFB2sgpC9lXQDfMib3Zgw7mEiUvBJI2EplzfAqxL5Vvwp2scFtv/uamSo5z0",
        "{ARGON2ID}$argon2id$v=19$m=1024,t=2,p=2$c2FsdHNhbHRzYWx0$qDu78dzg43wNCwrnaRuSh+G60VnJQ8/VSJ/sz2V2m1c",
        "{ARGON2I}$argon2i$v=19$m=1024,t=3,p=1$c2FsdHNhbHRzYWx0$vYRYgyaGk/X6O8kg/8Pct4vkIfwMsaSKcrZgkSFHCDw",
        "{PBKDF2}$1$saltsaltsalt$5000$8891a095a0283bf1533067b40a906d90fec7a828",
        "{SSHA}5pcxo13YdJml98eQSIlT3FMEBMMBAgME",
        "{SSHA256}0hJvnJrn389Ik7M3OR+qOZl6NBsSet72zG2p4yy6GwEBAgME",
        "{SSHA256.HEX}d2126f9c9ae7dfcf4893b337391faa39997a341b127adef6cc6da9e32cba1b0101020304",
        "{SSHA512}59hB/WwyfgQUZfHrhGKG7B924+SMQ9dsAndq2fAiQ192K1Up6+Uyb2bNkO/rs2mynGTKvujt8okIdKCusVizJwECAwQ=",
        "{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=",
        "{SHA1}L55TUjtiq8FBorTWAZ0jy6g129A",
        "{SHA256}QQTTb42iwlQ0n4WDZ5Pr4CngyVcGOjTJHC6SAxh7VjE=",
        "{SHA256.b64}QQTTb42iwlQ0n4WDZ5Pr4CngyVcGOjTJHC6SAxh7VjE=",
        "{SHA256}4104d36f8da2c254349f85836793ebe029e0c957063a34c91c2e9203187b5631",
        "{SHA256.hex}4104D36F8DA2C254349F85836793EBE029E0C957063A34C91C2E9203187B5631",
        "{SHA512}VraY3v7bWkNbY0r+MyC7rz/c2SC2xQOkRvx7endrKY1HnRumqLYXgI6wv1ec6aldZoNHvKtxSQhayTyyeZUZew==",
        "{PLAIN}correct horse",
        "{CLEARTEXT}correct horse",
        "{PLAIN.b64}Y29ycmVjdCBob3JzZQ==",
        "{CLEAR.hex}636f727265637420686f727365");

    public static TheoryData<string> Weak => new(
        "{MD5-CRYPT}$1$saltsalt$NuzA7WTAelpl95xgBGWN60",
        "{CRYPT}$1$saltsalt$NuzA7WTAelpl95xgBGWN60",
        "{CRYPT}MfZnq3vZutdWg",
        "{DES-CRYPT}MfZnq3vZutdWg",
        "{SMD5}qtdQ2bHCoKs9+NZcb1AvDwECAwQ=",
        "{LDAP-MD5}PLTnMmMfR+brlh80VUt83g==",
        "{PLAIN-MD5}3cb4e732631f47e6eb961f34554b7cde");

    [Theory]
    [MemberData(nameof(Strong))]
    public void A_hash_made_elsewhere_opens_to_its_password_only(string stored) => Check(stored, new AuthOptions());

    [Theory]
    [MemberData(nameof(Weak))]
    public void A_weak_hash_opens_only_when_allowed(string stored)
    {
        var refused = Assert.Throws<PasswordSchemeException>(() => new PasswordSchemes(new AuthOptions()).Read(stored, out _));
        Assert.Contains("weak", refused.Message, StringComparison.Ordinal);
        Check(stored, new AuthOptions { AllowWeakSchemes = true });
    }

    [Theory]
    [InlineData("ARGON2ID")]
    [InlineData("ARGON2I")]
    [InlineData("CRYPT")]
    [InlineData("BLF-CRYPT")]
    [InlineData("SHA512-CRYPT")]
    [InlineData("SHA256-CRYPT")]
    [InlineData("PBKDF2")]
    [InlineData("SSHA")]
    [InlineData("SSHA256")]
    [InlineData("SSHA512")]
    [InlineData("SHA512")]
    [InlineData("PLAIN")]
    public void A_new_hash_opens_to_its_password_and_differs_each_time(string name)
    {
        var schemes = new PasswordSchemes(new AuthOptions { Argon2MemoryKiB = 64, Argon2Passes = 1 });
        var scheme = schemes.Usable(name);
        var hash = scheme.Hash(Encoding.UTF8.GetBytes("päss wörd"));
        Assert.Same(scheme, schemes.Read($"{{{name}}}{hash}", out var stored));
        Assert.True(scheme.Verify(Encoding.UTF8.GetBytes("päss wörd"), stored));
        Assert.False(scheme.Verify(Encoding.UTF8.GetBytes("pass word"), stored));
        if (name is not ("PLAIN" or "SHA512")) Assert.NotEqual(hash, scheme.Hash(Encoding.UTF8.GetBytes("päss wörd")));
    }

    [Fact]
    public void The_default_is_the_strongest_of_this_machine()
    {
        var expected = LibArgon2.IsAvailable ? "ARGON2ID" : LibCrypt.IsAvailable ? "CRYPT" : "PBKDF2";
        var schemes = new PasswordSchemes(new AuthOptions());
        Assert.Equal(expected, schemes.DefaultName);
        if (LibArgon2.IsAvailable)
            Assert.StartsWith("$argon2id$v=19$m=19456,t=2,p=1$", schemes.Usable(null).Hash("x"u8), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{NOSUCH}x", "unknown password scheme")]
    [InlineData("{SHA256.rot13}x", "unknown encoding")]
    [InlineData("{SHA256", "without")]
    public void What_cannot_be_read_says_why(string stored, string why)
    {
        var error = Assert.Throws<PasswordSchemeException>(() => new PasswordSchemes(new AuthOptions()).Read(stored, out _));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{SHA512-CRYPT}$5$saltsalt$myjXcpMpE2Ofk7fj9hqyNYSn6lmWG4Mqnjx.KIRRr4/")]
    [InlineData("{CRYPT}$zz$nonsense")]
    [InlineData("{ARGON2ID}$argon2id$v=19$m=1024,t=2")]
    [InlineData("{ARGON2ID}hello")]
    [InlineData("{PBKDF2}$1$salt$5000$zz")]
    [InlineData("{PBKDF2}$1$salt$99999999999$8891a095a0283bf1533067b40a906d90fec7a828")]
    [InlineData("{SSHA256}AAAA")]
    [InlineData("{SHA256}***")]
    public void A_damaged_hash_is_an_error_and_not_a_wrong_password(string stored)
    {
        var schemes = new PasswordSchemes(new AuthOptions());
        var scheme = schemes.Read(stored, out var hash);
        Assert.Throws<PasswordSchemeException>(() => scheme.Verify(Encoding.UTF8.GetBytes(Password), hash));
    }

    [Fact]
    public void A_weak_scheme_is_not_used_for_new_passwords()
    {
        var schemes = new PasswordSchemes(new AuthOptions());
        foreach (var name in new[] { "MD5-CRYPT", "DES-CRYPT", "SMD5", "PLAIN-MD5" })
            Assert.Throws<PasswordSchemeException>(() => schemes.Usable(name));
        Assert.Throws<PasswordSchemeException>(() => new PasswordSchemes(new AuthOptions { DefaultScheme = "MD5-CRYPT" }));
        Assert.Throws<PasswordSchemeException>(() => schemes.Usable("BLF-CRYPT").Hash(new byte[73]));
        Assert.Throws<PasswordSchemeException>(() => schemes.Usable("PLAIN").Hash("a:b"u8));
    }

    private static void Check(string stored, AuthOptions options)
    {
        var schemes = new PasswordSchemes(options);
        var native = stored.Contains("ARGON2", StringComparison.Ordinal) ? (LibArgon2.IsAvailable, "libargon2-1")
            : stored.Contains("CRYPT", StringComparison.OrdinalIgnoreCase) || stored[0] == '$' ? (LibCrypt.IsAvailable, "libcrypt1")
            : (true, "");
        if (!native.Item1)
        {
            Assert.Contains(
                native.Item2, Assert.Throws<PasswordSchemeException>(() => schemes.Read(stored, out _)).Message, StringComparison.Ordinal);
            return;
        }
        var scheme = schemes.Read(stored, out var hash);
        Assert.True(scheme.Verify(Encoding.UTF8.GetBytes(Password), hash));
        // Traditional DES reads eight characters only.
        var isDes = stored.EndsWith("MfZnq3vZutdWg", StringComparison.Ordinal);
        foreach (var wrong in isDes ? ["Correct horse", "correct", ""] : new[] { "correct horsf", "Correct horse", "correct horse ", "correct hors", "", "correct horse\0x" })
            Assert.False(scheme.Verify(Encoding.UTF8.GetBytes(wrong), hash), wrong);
    }
}
