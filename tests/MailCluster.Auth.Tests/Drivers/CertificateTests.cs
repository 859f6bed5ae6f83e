using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailCluster.Auth.Drivers;
using MailCluster.Auth.Drivers.Certificate;
using MailCluster.Auth.PassDb;

namespace MailCluster.Auth.Tests.Drivers;

public sealed class CertificateTests
{
    private const string Alice = "alice@example.com";

    [Theory]
    [InlineData(CertificateName.Email, "CN=x", Alice, null)]
    [InlineData(CertificateName.CommonName, "CN=Alice@Example.com,O=Example", null, null)]
    [InlineData(CertificateName.PrincipalName, "CN=x", null, Alice)]
    public async Task The_name_is_where_the_configuration_says(CertificateName name, string subject, string? email, string? principal)
    {
        using var certificate = Make(subject, email, principal);
        var result = await VerifyAsync(new CertificateOptions { Name = name, Fields = Fields(("userdb_home", "/h/%n")) }, certificate);
        Assert.Equal((PassDbStatus.Match, Alice, "/h/alice"), (result.Status, result.User!.Account, result.User.Fields["userdb_home"]));
    }

    [Theory]
    [InlineData(CertificateName.Email, "CN=alice@example.com")]
    [InlineData(CertificateName.CommonName, "CN=alice@example.com,CN=bob@example.com")]
    [InlineData(CertificateName.CommonName, "CN=Alice Example")]
    [InlineData(CertificateName.Listed, "CN=alice@example.com")]
    public async Task A_certificate_without_a_clear_name_opens_nothing(CertificateName name, string subject)
    {
        using var certificate = Make(subject, null, null);
        Assert.Equal(PassDbStatus.UnknownUser, (await VerifyAsync(new CertificateOptions { Name = name }, certificate)).Status);
    }

    [Fact]
    public async Task Subjects_and_fingerprints_may_be_listed()
    {
        using var certificate = Make("CN=Alice Example,O=Example", null, null);
        var subject = certificate.SubjectName.Format(multiLine: false).Replace(", ", ",", StringComparison.Ordinal);
        var fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        var withColons = string.Join(':', fingerprint.Chunk(2).Select(static pair => new string(pair))).ToLowerInvariant();
        foreach (var key in new[] { subject, fingerprint, withColons })
            Assert.Equal(PassDbStatus.Match, (await VerifyAsync(new CertificateOptions { Name = CertificateName.Listed, Users = Fields((key, Alice)) }, certificate)).Status);
    }

    [Fact]
    public async Task Nobody_claims_to_be_another_than_the_certificate_says()
    {
        using var certificate = Make("CN=x", Alice, null);
        Assert.Equal(PassDbStatus.Match, (await VerifyAsync(new CertificateOptions(), certificate, Alice)).Status);
        Assert.Equal((PassDbStatus.Mismatch, "certificate-of-another"), await VerifyAsync(new CertificateOptions(), certificate, "bob@example.com") is var other ? (other.Status, other.Reason) : default);
        Assert.Equal((PassDbStatus.Mismatch, "no-certificate"), await VerifyAsync(new CertificateOptions(), null) is var none ? (none.Status, none.Reason) : default);
    }

    private static Task<PassDbResult> VerifyAsync(CertificateOptions options, X509Certificate2? certificate, string account = "") =>
        ((IPassDb)new CertificatePassDb(options)).VerifyCertificateAsync(
            AuthFixture.Query(account, "EXTERNAL") with { Context = AuthFixture.Context() with { ClientCertificate = certificate } }, default).AsTask();

    private static FieldList Fields(params (string Name, string Value)[] fields) =>
        new(fields.Select(static field => new KeyValuePair<string, string>(field.Name, field.Value)));

    private static X509Certificate2 Make(string subject, string? email, string? principal)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (email is not null) names.AddEmailAddress(email);
        if (principal is not null) names.AddUserPrincipalName(principal);
        if (email is not null || principal is not null) request.CertificateExtensions.Add(names.Build());
        var begin = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return request.CreateSelfSigned(begin, begin.AddYears(100));
    }
}
