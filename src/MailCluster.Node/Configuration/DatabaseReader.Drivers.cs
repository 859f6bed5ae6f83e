using MailCluster.Auth.Drivers;
using MailCluster.Auth.Drivers.Certificate;
using MailCluster.Auth.Drivers.Imap;
using MailCluster.Auth.Drivers.Ldap;
using MailCluster.Auth.Drivers.OAuth2;
using MailCluster.Auth.Drivers.Pam;
using MailCluster.Auth.Drivers.Passwd;
using MailCluster.Auth.Drivers.Sql;
using MailCluster.Hocon.Binding;
using AuthDatabase = MailCluster.Auth.Drivers.DatabaseOptions;

namespace MailCluster.Node.Configuration;

/// <content>The keys of each driver.</content>
internal static partial class DatabaseReader
{
    private delegate AuthDatabase Reading(HoconSection section, bool isPassDb);

    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private static AuthDatabase ReadDatabase(HoconSection section, bool isPassDb)
    {
        (string, Reading)[] drivers = isPassDb
            ?
            [
                ("accounts", ReadAccounts), ("passwd-file", ReadPasswdFile), ("passwd", ReadSystem), ("pam", ReadPam), ("ldap", ReadLdap), ("sql", ReadSql),
                ("oauth2", ReadOAuth2), ("static", ReadStatic), ("imap", ReadImap), ("certificate", ReadCertificate),
            ]
            :
            [
                ("accounts", ReadAccounts), ("passwd-file", ReadPasswdFile), ("passwd", ReadSystem), ("ldap", ReadLdap), ("sql", ReadSql),
                ("static", ReadStatic), ("prefetch", static (_, _) => new PrefetchOptions()),
            ];
        return section.Choice<Reading>("driver", drivers)(section, isPassDb);
    }

    private static AccountsOptions ReadAccounts(HoconSection section, bool isPassDb) => new AccountsOptions();

    private static PasswdFileOptions ReadPasswdFile(HoconSection section, bool isPassDb) =>
        new PasswdFileOptions(section.Text("path", static text => text.Length > 0 && !text.Contains('\0') ? null : "a path") is { Length: > 0 } path ? Path.GetFullPath(path) : "/");

    private static StaticOptions ReadStatic(HoconSection section, bool isPassDb) => new StaticOptions
    {
        Password = isPassDb ? section.SecretOrNull("password") : null,
        Fields = section.FieldsOrNone("fields", IsTemplate),
    };

    private static SystemOptions ReadSystem(HoconSection section, bool isPassDb) => new SystemOptions
    {
        FirstUid = (uint)section.IntegerOr("first-uid", 1000, 0, int.MaxValue),
        LastUid = (uint)section.IntegerOr("last-uid", 60000, 0, int.MaxValue),
        ConnectionsMax = section.IntegerOr("connections", 4, 1, 1000),
        Timeout = section.TimeoutOr(TimeSpan.FromSeconds(10)),
    };

    private static PamOptions ReadPam(HoconSection section, bool isPassDb) => new PamOptions
    {
        Service = section.TextOrNull("service", static name => name.Length > 0 && !name.AsSpan().ContainsAny('/', '\0') ? null : "the name of a file in /etc/pam.d") ?? "mailcluster",
        ConfigDirectory = section.TextOrNull("config-dir"),
        ConnectionsMax = section.IntegerOr("connections", 16, 1, 1000),
        Timeout = section.TimeoutOr(TimeSpan.FromSeconds(30)),
    };

    private static LdapOptions ReadLdap(HoconSection section, bool isPassDb)
    {
        var options = new LdapOptions
        {
            Server = new LdapServerOptions
            {
                Uris = section.Text("uris", AreLdapUris),
                StartTls = section.BooleanOr("start-tls", false),
                AuthorityFile = section.FileOrNull("ca-file"),
                CertificateFile = section.FileOrNull("certificate"),
                KeyFile = section.FileOrNull("key"),
                VerifiesServer = section.BooleanOr("verify-server", true),
                BindDn = section.TextOrNull("bind-dn"),
                BindPassword = section.SecretOrNull("bind-password"),
                ConnectionsMax = section.IntegerOr("connections", 5, 1, 1000),
                Timeout = section.TimeoutOr(TimeSpan.FromSeconds(10)),
            },
            Base = section.TextOrNull("base", IsTemplate) ?? "",
            Scope = section.ChoiceOr("scope", ("subtree", LdapScope.Subtree), ("one", LdapScope.One), ("base", LdapScope.Base)),
            Filter = section.TextOrNull("filter", IsTemplate),
            Bind = isPassDb && section.BooleanOr("bind", false),
            UserDn = isPassDb ? section.TextOrNull("user-dn", IsTemplate) : null,
            Fields = section.FieldsOrNone("fields", IsTemplate),
            IterateFilter = isPassDb ? null : section.TextOrNull("iterate-filter"),
            IterateUser = (isPassDb ? null : section.TextOrNull("iterate-user", IsTemplate)) ?? "%{ldap:uid}",
            DefaultPasswordScheme = isPassDb ? section.TextOrNull("default-password-scheme") : null,
        };
        if (options.UserDn is not null && !options.Bind)
        {
            section.Fault("user-dn", "expected bind = true too: without a bind nobody checks the password");
        }
        if (options.Filter is null && options.UserDn is null)
        {
            section.Fault("filter", "expected a filter such as (mail=%{user})");
        }
        if (isPassDb && !options.Bind && !options.Fields.Items.Any(static field => field.Key == "password"))
        {
            section.Fault("fields", "expected a field password, such as %{ldap:userPassword}, or bind = true");
        }
        return options;
    }

    private static string? AreLdapUris(string text)
    {
        var uris = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return uris.Length > 0 && uris.All(static uri => Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.Scheme is "ldap" or "ldaps" or "ldapi"
            || uri.StartsWith("ldapi://", StringComparison.Ordinal))
            ? null
            : "addresses such as ldap://dir.example.com, ldaps://… or ldapi://%2Frun%2Fldapi, separated by blanks";
    }

    private static SqlOptions ReadSql(HoconSection section, bool isPassDb)
    {
        var kind = section.Choice("database", ("postgres", SqlKind.Postgres), ("sqlite", SqlKind.Sqlite), ("mysql", SqlKind.MySql));
        string? IsQuery(string text) => SqlOptions.Problem(kind, text, isPassDb) is { } problem ? $"a query ({problem})" : null;
        var options = new SqlOptions
        {
            Kind = kind,
            Connection = section.SecretOrNull("connection") ?? "",
            Password = section.SecretOrNull("password"),
            PasswordQuery = isPassDb ? section.Text("password-query", IsQuery) : null,
            UserQuery = isPassDb ? null : section.Text("user-query", IsQuery),
            IterateQuery = isPassDb ? null : section.TextOrNull("iterate-query", IsQuery),
            DefaultPasswordScheme = isPassDb ? section.TextOrNull("default-password-scheme") : null,
            ConnectionsMax = section.IntegerOr("connections", 5, 1, 1000),
            Timeout = section.TimeoutOr(TimeSpan.FromSeconds(10)),
        };
        if (options.Connection.Length == 0 && !section.Has("connection-file"))
        {
            section.Fault("connection", "expected where the database is");
        }
        return options;
    }

    private static OAuth2Options ReadOAuth2(HoconSection section, bool isPassDb)
    {
        var options = new OAuth2Options
        {
            Jwks = section.TextOrNull("jwks", static text => IsWebAddress(text) is null || (!text.Contains("://", StringComparison.Ordinal) && File.Exists(text)) ? null : "an https:// address, or a file that is there"),
            IntrospectionUrl = section.TextOrNull("introspection-url", IsWebAddress),
            ClientId = section.TextOrNull("client-id"),
            ClientSecret = section.SecretOrNull("client-secret"),
            Issuers = section.ListOrNone("issuers"),
            Audiences = section.ListOrNone("audiences"),
            Scopes = section.ListOrNone("scopes"),
            UsernameClaim = section.TextOrNull("username-claim") ?? "email",
            ClockSkew = section.DurationOr("clock-skew", TimeSpan.FromMinutes(1), TimeSpan.Zero, TimeSpan.FromHours(1)),
            KeysRefresh = section.DurationOr("keys-refresh", TimeSpan.FromHours(1), TimeSpan.FromMinutes(1), 7 * s_day),
            Timeout = section.TimeoutOr(TimeSpan.FromSeconds(10)),
            AuthorityFile = section.FileOrNull("ca-file"),
            TakesPasswords = section.BooleanOr("passwords", false),
            Fields = section.FieldsOrNone("fields", IsTemplate),
        };
        if (options.Jwks is null && options.IntrospectionUrl is null)
        {
            section.Fault("jwks", "expected jwks (signed tokens), introspection-url, or both");
        }
        if (options.Jwks is not null && options.Issuers.Items.Length == 0)
        {
            section.Fault("issuers", "expected the issuers whose tokens count");
        }
        return options;
    }

    private static string? IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            ? null
            : "an https:// address (http:// for this machine alone)";

    private static ImapServerOptions ReadImap(HoconSection section, bool isPassDb)
    {
        var tls = section.ChoiceOr("tls", ("implicit", ImapTls.Implicit), ("starttls", ImapTls.StartTls), ("off", ImapTls.Off));
        return new ImapServerOptions
        {
            Host = section.Text("host", static text => Uri.CheckHostName(text) == UriHostNameType.Unknown ? "a host name" : null),
            Tls = tls,
            Port = section.IntegerOr("port", tls == ImapTls.Implicit ? 993 : 143, 1, ushort.MaxValue),
            AuthorityFile = section.FileOrNull("ca-file"),
            Username = section.TextOrNull("username", IsTemplate) ?? "%{user}",
            ConnectionsMax = section.IntegerOr("connections", 50, 1, 10_000),
            Timeout = section.TimeoutOr(TimeSpan.FromSeconds(30)),
        };
    }

    private static CertificateOptions ReadCertificate(HoconSection section, bool isPassDb) => new CertificateOptions
    {
        Name = section.ChoiceOr(
            "name", ("email", CertificateName.Email), ("common-name", CertificateName.CommonName), ("principal-name", CertificateName.PrincipalName),
            ("listed", CertificateName.Listed)),
        Users = section.FieldsOrNone("users"),
        Fields = section.FieldsOrNone("fields", IsTemplate),
    };
}
