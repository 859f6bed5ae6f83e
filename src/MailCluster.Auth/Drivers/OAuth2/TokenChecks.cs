using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace MailCluster.Auth.Drivers.OAuth2;

/// <summary>
/// Checks tokens: signature with the issuer's keys and public-key algorithms only, issuer, audience, lifetime, scopes, in that order; then, when it
/// is configured, the issuer's word that the token is still active. What introspection says is believed only with <c>active = true</c>.
/// </summary>
internal sealed class TokenChecks(OAuth2Options options, SigningKeys? keys, IssuerClient issuer, TimeProvider time)
{
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256,
        SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384,
        SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };

    /// <summary>The claims of a token that counts.</summary>
    /// <exception cref="TokenRejectedException">It does not.</exception>
    /// <exception cref="DatabaseException">The issuer cannot be asked.</exception>
    public async ValueTask<TokenClaims> CheckAsync(string token, CancellationToken cancellationToken)
    {
        TokenClaims? claims = null;
        if (keys is not null)
        {
            claims = await ReadSignedAsync(token, keys, cancellationToken);
            CheckRules(claims);
        }

        if (options.IntrospectionUrl is { } url)
        {
            var answer = await IntrospectAsync(url, token, cancellationToken);
            CheckRules(answer);
            // A signed token says more about its user; the issuer's answer says that it was not revoked.
            claims ??= answer;
        }

        return claims!;
    }

    private async ValueTask<TokenClaims> ReadSignedAsync(string token, SigningKeys known, CancellationToken cancellationToken)
    {
        if (!_handler.CanReadToken(token)) throw new TokenRejectedException("token-malformed");
        JsonWebToken read;
        try
        {
            read = _handler.ReadJsonWebToken(token);
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException)
        {
            throw new TokenRejectedException("token-malformed");
        }

        var result = await _handler.ValidateTokenAsync(
            token,
            new TokenValidationParameters
            {
                IssuerSigningKeys = await known.GetAsync(read.Kid ?? "", cancellationToken),
                ValidAlgorithms = Algorithms,
                RequireSignedTokens = true,
                // The rest is checked below, the same way as for introspected tokens and by this server's clock.
                ValidateIssuer = false,
                ValidateAudience = false,
                ValidateLifetime = false,
            });
        if (!result.IsValid) throw new TokenRejectedException("token-signature");
        try
        {
            var claims = new TokenClaims(Base64UrlEncoder.Decode(read.EncodedPayload));
            if (!options.Issuers.Items.Any(issuer => issuer.Key == claims.One("iss"))) throw new TokenRejectedException("token-issuer");
            // A token without an end would count for ever.
            if (claims.Time("exp") is null) throw new TokenRejectedException("token-without-end");
            return claims;
        }
        catch (JsonException)
        {
            throw new TokenRejectedException("token-malformed");
        }
    }

    private async ValueTask<TokenClaims> IntrospectAsync(string url, string token, CancellationToken cancellationToken)
    {
        var text = await issuer.IntrospectAsync(url, token, cancellationToken);
        TokenClaims answer;
        try
        {
            answer = new TokenClaims(text);
        }
        catch (JsonException e)
        {
            throw new DatabaseException($"{url} answered something that is not JSON", e);
        }

        if (answer.One("active") != "true") throw new TokenRejectedException("token-inactive");
        if (options.Issuers.Items.Length > 0 && answer.One("iss") is { } name && !options.Issuers.Items.Any(issuer => issuer.Key == name))
            throw new TokenRejectedException("token-issuer");
        return answer;
    }

    private void CheckRules(TokenClaims claims)
    {
        var now = time.GetUtcNow();
        if (claims.Time("exp") is { } end && now >= end + options.ClockSkew) throw new TokenRejectedException("token-expired");
        if (claims.Time("nbf") is { } start && now < start - options.ClockSkew) throw new TokenRejectedException("token-not-yet");
        if (options.Audiences.Items.Length > 0 && !options.Audiences.Items.Any(audience => claims.All("aud").Contains(audience.Key)))
            throw new TokenRejectedException("token-audience");
        var scopes = claims.Scopes.ToHashSet(StringComparer.Ordinal);
        if (!options.Scopes.Items.All(scope => scopes.Contains(scope.Key))) throw new TokenRejectedException("token-scope");
    }
}
