using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace MailCluster.Testing;

/// <summary>An OAuth 2.0 issuer: signs tokens, shows its keys, answers introspection.</summary>
public sealed class TestIssuer : IAsyncDisposable
{
    public const string Name = "https://issuer.example.com/";
    public const string Audience = "mail";
    public const string ClientId = "mail server";
    public const string ClientSecret = "the: server's";

    private readonly WebApplication _application;
    private readonly JsonWebTokenHandler _handler = new();
    private RsaSecurityKey _key = NewKey("first");

    private TestIssuer(WebApplication application) => _application = application;

    public string Url { get; private set; } = "";

    public string Jwks => Url + "/keys";

    public string Introspection => Url + "/introspect";

    /// <summary>What introspection answers, by token.</summary>
    public Dictionary<string, string> Known { get; } = new(StringComparer.Ordinal);

    public int KeyReadings { get; private set; }

    /// <summary>False: every answer is 503.</summary>
    public bool IsUp { get; set; } = true;

    public static async Task<TestIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var application = builder.Build();
        var issuer = new TestIssuer(application);
        application.Run(issuer.AnswerAsync);
        await application.StartAsync();
        issuer.Url = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return issuer;
    }

    /// <summary>From now on tokens are signed with another key, and only that one is shown.</summary>
    public void Rotate() => _key = NewKey("second");

    public string Token(string email, TimeProvider time, Action<SecurityTokenDescriptor>? change = null)
    {
        var now = time.GetUtcNow();
        var token = new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = Audience,
            NotBefore = now.UtcDateTime,
            IssuedAt = now.UtcDateTime,
            Expires = now.AddMinutes(10).UtcDateTime,
            Claims = new Dictionary<string, object> { ["email"] = email, ["scope"] = "openid mail", ["quota"] = "10M" },
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.RsaSha256),
        };
        change?.Invoke(token);
        return _handler.CreateToken(token);
    }

    /// <summary>The public key's text used as a secret: the classic confusion of algorithms.</summary>
    public string TokenSignedWithThePublicKey(string email, TimeProvider time) => Token(email, time, token =>
        token.SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(_key.Rsa.ExportSubjectPublicKeyInfo()) { KeyId = _key.KeyId }, SecurityAlgorithms.HmacSha256));

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static RsaSecurityKey NewKey(string id) => new(RSA.Create(2048)) { KeyId = id };

    private async Task AnswerAsync(HttpContext context)
    {
        if (!IsUp)
        {
            context.Response.StatusCode = 503;
            return;
        }

        if (context.Request.Path == "/keys")
        {
            KeyReadings++;
            var key = _key.Rsa.ExportParameters(false);
            await context.Response.WriteAsync(
                $$"""{"keys":[{"kty":"RSA","use":"sig","kid":"{{_key.KeyId}}","n":"{{Base64UrlEncoder.Encode(key.Modulus)}}","e":"{{Base64UrlEncoder.Encode(key.Exponent)}}"}]}""");
            return;
        }

        var credentials = $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Uri.EscapeDataString(ClientId)}:{Uri.EscapeDataString(ClientSecret)}"))}";
        if (context.Request.Headers.Authorization != credentials)
        {
            context.Response.StatusCode = 401;
            return;
        }

        var form = await context.Request.ReadFormAsync();
        await context.Response.WriteAsync(Known.GetValueOrDefault(form["token"].ToString(), """{"active":false}"""));
    }
}
