namespace MailCluster.Testing.Postfix;

/// <summary>How a <see cref="PostfixServer"/> is set up.</summary>
public sealed record PostfixSettings
{
    /// <summary>Where mail for <see cref="Domains"/> goes by LMTP: a port of 127.0.0.1.</summary>
    public required int LmtpPort { get; init; }

    /// <summary>The domains of the node. Mail for any other ends in <see cref="PostfixServer.Outside"/>.</summary>
    public IReadOnlyList<string> Domains { get; init; } = ["example.com"];

    /// <summary>A policy service that is asked at each RCPT (<c>inet:127.0.0.1:PORT</c>, <c>unix:PATH</c>); null for none.</summary>
    public string? RecipientPolicy { get; init; }

    /// <summary>More lines of <c>main.cf</c>; they win over what the fixture says.</summary>
    public IReadOnlyList<string> Main { get; init; } = [];

    /// <summary>The lines of <c>main.cf</c>.</summary>
    /// <param name="directory">Of the instance.</param>
    internal IEnumerable<string> MainLines(string directory) =>
    [
        "compatibility_level = 3.6",
        $"queue_directory = {directory}/queue",
        $"data_directory = {directory}/data",
        "maillog_file = /dev/stdout",
        "myhostname = mx.postfix.test",
        "inet_interfaces = 127.0.0.1",
        "inet_protocols = ipv4",
        "mynetworks = 127.0.0.0/8",

        // No question leaves the machine: no names, no local users, no aliases.
        "smtpd_peername_lookup = no",
        "smtp_host_lookup = native",
        "disable_dns_lookups = yes",
        "mydestination =",
        "local_recipient_maps =",
        "alias_maps =",
        "alias_database =",
        "virtual_alias_domains =",
        "virtual_mailbox_domains =",

        $"relay_domains = {string.Join(' ', Domains)}",
        "relay_recipient_maps =",
        $"relay_transport = lmtp:inet:127.0.0.1:{LmtpPort}",
        $"smtpd_recipient_restrictions = {(RecipientPolicy is null ? "" : $"check_policy_service {RecipientPolicy}, ")}permit_mynetworks, reject",

        // Everybody else is one Maildir.
        "default_transport = virtual",
        $"virtual_mailbox_base = {directory}",
        "virtual_mailbox_maps = static:outside/",
        "virtual_minimum_uid = 1",

        // What was put off comes again at once.
        "queue_run_delay = 1s",
        "minimal_backoff_time = 1s",
        "maximal_backoff_time = 1s",
        .. Main,
    ];

    /// <summary>The lines of <c>master.cf</c>: what is needed to take, route and deliver mail; no chroot.</summary>
    internal static IEnumerable<string> MasterLines(int port) =>
    [
        $"127.0.0.1:{port} inet n - n - - smtpd",
        "pickup unix n - n 60 1 pickup",
        "cleanup unix n - n - 0 cleanup",
        "qmgr unix n - n 300 1 qmgr",
        "rewrite unix - - n - - trivial-rewrite",
        "bounce unix - - n - 0 bounce",
        "defer unix - - n - 0 bounce",
        "trace unix - - n - 0 bounce",
        "proxymap unix - - n - - proxymap",
        "error unix - - n - - error",
        "retry unix - - n - - error",
        "virtual unix - n n - - virtual",
        "lmtp unix - - n - - lmtp",
        "showq unix n - n - - showq",
        "flush unix n - n 1000? 0 flush",
        "anvil unix - - n - 1 anvil",
        "scache unix - - n - 1 scache",
        "postlog unix-dgram n - n - 1 postlogd",
    ];
}
