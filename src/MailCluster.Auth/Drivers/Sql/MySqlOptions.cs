namespace MailCluster.Auth.Drivers.Sql;

/// <summary>Where a MySQL or MariaDB server is, from <see cref="SqlOptions.Connection"/>.</summary>
internal sealed class MySqlOptions
{
    private static readonly string[] Known = ["host", "port", "socket", "user", "database", "ssl", "ssl-ca"];

    /// <exception cref="ArgumentException">The text is not understood; the message has none of its values.</exception>
    public MySqlOptions(string connection, string? password)
    {
        var words = new ConnectionWords("sql connection", connection, Known);
        Socket = words["socket"];
        Host = Socket is null ? words["host"] ?? "127.0.0.1" : null;
        User = words["user"];
        Password = password;
        Database = words["database"];
        AuthorityFile = words["ssl-ca"];
        Port = ushort.TryParse(words["port"] ?? "3306", out var port) ? port : throw new ArgumentException("sql connection: port is not a number from 0 to 65535");
        (RequiresTls, VerifiesServer) = (words["ssl"] ?? (AuthorityFile is null ? "off" : "verify")) switch
        {
            "off" => (false, false),
            "required" => (true, false),
            "verify" => (true, true),
            _ => throw new ArgumentException("sql connection: ssl is one of off, required, verify"),
        };
    }

    public string? Host { get; }

    public uint Port { get; }

    public string? Socket { get; }

    public string? User { get; }

    public string? Password { get; }

    public string? Database { get; }

    public bool RequiresTls { get; }

    /// <summary>True to check the certificate's chain and name.</summary>
    public bool VerifiesServer { get; }

    /// <summary>A PEM file of authorities, or null for the system's.</summary>
    public string? AuthorityFile { get; }
}
