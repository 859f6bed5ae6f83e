namespace MailCluster.Auth.Drivers.Pam;

/// <summary>Passwords through PAM, by a service of one's own.</summary>
public sealed record PamOptions : DatabaseOptions
{
    /// <inheritdoc/>
    public override string Driver => "pam";

    /// <summary>The service's name: a file of that name in /etc/pam.d.</summary>
    public string Service { get; init; } = "mailcluster";

    /// <summary>Another directory for the service's file, or null for /etc/pam.d.</summary>
    public string? ConfigDirectory { get; init; }

    /// <summary>Conversations at once. Modules that fail wait two seconds by design, so a few more than cores.</summary>
    public int ConnectionsMax { get; init; } = 16;

    /// <summary>Longest wait for an answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
