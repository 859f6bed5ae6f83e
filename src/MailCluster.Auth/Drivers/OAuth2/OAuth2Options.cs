namespace MailCluster.Auth.Drivers.OAuth2;

/// <summary>Bearer tokens (RFC 6750): signed ones that are checked here, or opaque ones that the issuer is asked about.</summary>
public sealed record OAuth2Options : DatabaseOptions
{
    /// <inheritdoc/>
    public override string Driver => "oauth2";

    /// <summary>Where the signing keys are (RFC 7517): an <c>https://</c> address or a file; null: tokens are not checked here.</summary>
    public string? Jwks { get; init; }

    /// <summary>Where the issuer is asked about tokens (RFC 7662); null: it is not asked.</summary>
    public string? IntrospectionUrl { get; init; }

    /// <summary>Who asks, with <see cref="ClientSecret"/>; null to ask without credentials.</summary>
    public string? ClientId { get; init; }

    /// <summary>The secret of <see cref="ClientId"/>.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Issuers whose tokens count. Needed for signed tokens.</summary>
    public FieldList Issuers { get; init; } = FieldList.None;

    /// <summary>Audiences of which the token must name one; empty: the audience is not looked at.</summary>
    public FieldList Audiences { get; init; } = FieldList.None;

    /// <summary>Scopes that the token must all have.</summary>
    public FieldList Scopes { get; init; } = FieldList.None;

    /// <summary>The claim with the user's name.</summary>
    public string UsernameClaim { get; init; } = "email";

    /// <summary>How far the issuer's clock may be from this one.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the keys are read again. A token with an unknown key id makes for an earlier reading.</summary>
    public TimeSpan KeysRefresh { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest wait for the issuer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A PEM file of authorities for the issuer's certificate; null for the system's.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>True to take tokens as passwords too, for clients that know PLAIN only.</summary>
    public bool TakesPasswords { get; init; }

    /// <summary>Fields: templates with <c>%{passdb:claim}</c>.</summary>
    public FieldList Fields { get; init; } = FieldList.None;

    /// <summary>Keeps the secret out of logs.</summary>
    public override string ToString() => "OAuth2Options";
}
