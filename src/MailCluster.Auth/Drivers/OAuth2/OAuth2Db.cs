using System.Text;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Templates;
using MailCluster.Auth.Users;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Drivers.OAuth2;

/// <summary>Log-ins by bearer token (OAUTHBEARER, XOAUTH2). The account is the one that the token names, never the one that the client claims.</summary>
internal sealed class OAuth2Db : IPassDb, IDisposable
{
    /// <summary>Longest token in octets: a signed one with some dozen groups has four thousand.</summary>
    private const int TokenOctetsMax = 16 << 10;

    private readonly OAuth2Options _options;
    private readonly ILogger<OAuth2Db> _logger;
    private readonly FieldTemplates _fields;
    private readonly IssuerClient _issuer;
    private readonly SigningKeys? _keys;
    private readonly TokenChecks _checks;

    /// <exception cref="FormatException">A field is no template.</exception>
    public OAuth2Db(OAuth2Options options, TimeProvider time, ILogger<OAuth2Db> logger)
    {
        _options = options;
        _logger = logger;
        _fields = new FieldTemplates(options.Fields.ToDictionary());
        _issuer = new IssuerClient(options, time);
        _keys = options.Jwks is { } source ? new SigningKeys(source, options.KeysRefresh, _issuer, time) : null;
        _checks = new TokenChecks(options, _keys, _issuer, time);
    }

    public string Name => "oauth2";

    public PassDbCapabilities Capabilities =>
        _options.TakesPasswords ? PassDbCapabilities.Token | PassDbCapabilities.Password : PassDbCapabilities.Token;

    public ValueTask<PassDbResult> VerifyAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        _options.TakesPasswords && !query.IsVerified
            ? VerifyTokenAsync(query, password, cancellationToken)
            : ValueTask.FromResult(PassDbResult.NotSupported);

    public async ValueTask<PassDbResult> VerifyTokenAsync(PassDbQuery query, ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
    {
        if (token.IsEmpty || token.Length > TokenOctetsMax || !Ascii.IsValid(token.Span)) return PassDbResult.Mismatch with { Reason = "token-malformed" };
        try
        {
            var claims = await _checks.CheckAsync(Encoding.ASCII.GetString(token.Span), cancellationToken);
            if (!UserName.TryParse(claims.One(_options.UsernameClaim), out var account, out _)) return PassDbResult.Mismatch with { Reason = "token-without-user" };
            // The token is somebody's; the client says it is somebody else's.
            if (query.Account.Length > 0 && query.Account != account) return PassDbResult.Mismatch with { Reason = "token-of-another" };
            var fields = _fields.Expand(AuthVariables.Of(query with { Account = account, Fields = claims.ToFields() }));
            return new PassDbResult(PassDbStatus.Match, new UserInfo(account, fields));
        }
        catch (TokenRejectedException e)
        {
            return PassDbResult.Mismatch with { Reason = e.Reason };
        }
        catch (DatabaseException e)
        {
            DatabaseLog.Unavailable(_logger, Name, e.Message);
            return PassDbResult.InternalFailure;
        }
    }

    public void Dispose()
    {
        _keys?.Dispose();
        _issuer.Dispose();
    }
}
