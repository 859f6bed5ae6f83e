using MailCluster.Auth.Cache;
using MailCluster.Auth.Chains;
using MailCluster.Auth.Drivers.Certificate;
using MailCluster.Auth.Drivers.Imap;
using MailCluster.Auth.Drivers.Ldap;
using MailCluster.Auth.Drivers.OAuth2;
using MailCluster.Auth.Drivers.Pam;
using MailCluster.Auth.Drivers.Passwd;
using MailCluster.Auth.Drivers.Sql;
using MailCluster.Auth.Drivers.Static;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.PassDb.PasswdFile;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Templates;
using MailCluster.Auth.UserDb;
using MailCluster.Auth.Users;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Drivers;

/// <summary>
/// Makes the databases of the configuration, once each: the same options in a password chain and in a user chain are one database, with one
/// pool of connections. Owns what it made.
/// </summary>
/// <param name="accounts">The built-in accounts, for the driver of that name.</param>
/// <param name="accountUsers">The same as a directory.</param>
/// <param name="hashing">Checks stored passwords.</param>
/// <param name="time">The clock.</param>
/// <param name="loggers">Makes the drivers' loggers.</param>
/// <param name="cache">Remembers what other servers said of passwords; null: they are asked each time.</param>
internal sealed class Databases(
    IReadOnlyList<IPassDb> accounts, IUserDirectory accountUsers, PasswordHashing hashing, TimeProvider time, ILoggerFactory loggers,
    AuthCache? cache = null) : IAsyncDisposable, IDisposable
{
    private readonly Dictionary<DatabaseOptions, object> _made = [];
    private readonly Dictionary<LdapServerOptions, LdapDirectory> _directories = [];

    /// <summary>The steps of a password chain. The built-in accounts may be two databases, a file and a table; these are two steps then.</summary>
    /// <exception cref="DatabaseOptionsException">A driver cannot be used.</exception>
    public IReadOnlyList<PassDbStep> PassDbs(IReadOnlyList<PassDbOptions> options) => Checked<PassDbStep>(
        () => [.. options.SelectMany((option, place) => Of(option).Select(database => Step(option, Remembering(option, place, database))))]);

    /// <summary>The steps of a user chain.</summary>
    /// <exception cref="DatabaseOptionsException">A driver cannot be used.</exception>
    public IReadOnlyList<UserDbStep> UserDbs(IReadOnlyList<UserDbOptions> options) => Checked<UserDbStep>(() => [.. options.Select(Step)]);

    public async ValueTask DisposeAsync()
    {
        foreach (var made in _made.Values)
        {
            if (made is IAsyncDisposable slow) await slow.DisposeAsync();
            else (made as IDisposable)?.Dispose();
        }

        foreach (var directory in _directories.Values) directory.Dispose();
        _made.Clear();
        _directories.Clear();
    }

    // The container of a program that ends without waiting. Nothing here waits for a network to close.
    public void Dispose()
    {
        var ending = DisposeAsync();
        if (!ending.IsCompleted) ending.AsTask().ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    private static IReadOnlyList<T> Checked<T>(Func<IReadOnlyList<T>> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new DatabaseOptionsException(e.Message, e);
        }
    }

    private IReadOnlyList<IPassDb> Of(PassDbOptions option) => option.Database switch
    {
        AccountsOptions => accounts,
        _ => Make(option.Database) is IPassDb database
            ? [database]
            : throw new ArgumentException($"the driver {option.Database.Driver} has no passwords: it serves user databases only"),
    };

    // Files are near, tokens end at a time of their own; the rest is asked over a network or by modules that block.
    private IPassDb Remembering(PassDbOptions option, int place, IPassDb database) =>
        cache is not null && option.IsCached && option.Database is (LdapOptions or SqlOptions or PamOptions or ImapServerOptions)
            ? new CachedPassDb(database, $"{option.Database.Driver} {place}", cache)
            : database;

    private static PassDbStep Step(PassDbOptions option, IPassDb database)
    {
        if (option.Deny && !database.Capabilities.HasFlag(PassDbCapabilities.Credentials))
            throw new ArgumentException($"deny needs a driver that can look users up without a password, which {database.Name} cannot");
        return new PassDbStep(database)
        {
            Rules = option.Rules,
            SkipWhen = option.SkipWhen,
            IsDeny = option.Deny,
            IsMaster = option.Master,
            Mechanisms = option.Mechanisms,
            UsernameFilter = option.UsernameFilter,
            UsernameFormat = Parsed(option.UsernameFormat),
            DefaultFields = Parsed(option.DefaultFields),
            OverrideFields = Parsed(option.OverrideFields),
        };
    }

    private UserDbStep Step(UserDbOptions option)
    {
        var database = option.Database is AccountsOptions
            ? new DirectoryUserDb(option.Database.Driver, accountUsers)
            : Make(option.Database) switch
            {
                IUserDb users => users,
                IUserDirectory users => new DirectoryUserDb(option.Database.Driver, users),
                _ => throw new ArgumentException($"the driver {option.Database.Driver} has no users: it serves password databases only"),
            };
        return new UserDbStep(database)
        {
            Rules = option.Rules,
            SkipWhen = option.SkipWhen,
            UsernameFormat = Parsed(option.UsernameFormat),
            DefaultFields = Parsed(option.DefaultFields),
            OverrideFields = Parsed(option.OverrideFields),
        };
    }

    private object Make(DatabaseOptions options)
    {
        if (_made.TryGetValue(options, out var made)) return made;
        try
        {
            return _made[options] = options switch
            {
                PasswdFileOptions file => new PasswdFilePassDb(file.Path, hashing, time, loggers.CreateLogger<PasswdFilePassDb>()),
                PrefetchOptions => new PrefetchDb(),
                StaticOptions fixedAnswer => new StaticDb(fixedAnswer, hashing, loggers.CreateLogger<StaticDb>()),
                SystemOptions system => new SystemDb(system, hashing, time, loggers.CreateLogger<SystemDb>()),
                PamOptions pam => new PamPassDb(pam, time, loggers.CreateLogger<PamPassDb>()),
                LdapOptions ldap => new LdapDb(ldap, Directory(ldap.Server), hashing, loggers.CreateLogger<LdapDb>()),
                SqlOptions sql => new SqlDb(sql, Engine(sql), hashing, loggers.CreateLogger<SqlDb>()),
                OAuth2Options oauth2 => new OAuth2Db(oauth2, time, loggers.CreateLogger<OAuth2Db>()),
                ImapServerOptions imap => new ImapPassDb(imap, time, loggers.CreateLogger<ImapPassDb>()),
                CertificateOptions certificate => new CertificatePassDb(certificate),
                _ => throw new ArgumentException($"unknown driver {options.Driver}"),
            };
        }
        catch (FormatException e)
        {
            throw new ArgumentException($"{options.Driver}: {e.Message}", e);
        }
    }

    private LdapDirectory Directory(LdapServerOptions server)
    {
        if (!_directories.TryGetValue(server, out var directory)) _directories[server] = directory = new LdapDirectory(server, time);
        return directory;
    }

    private ISqlEngine Engine(SqlOptions sql) => sql.Kind switch
    {
        SqlKind.Postgres => new NpgsqlEngine(sql),
        SqlKind.Sqlite => new SqliteEngine(sql, time),
        _ => new MySqlEngine(sql, time),
    };

    private static Template? Parsed(string? text) => text is null ? null : Template.Parse(text);

    private static FieldTemplates Parsed(IReadOnlyDictionary<string, string> fields) => fields.Count == 0 ? FieldTemplates.None : new FieldTemplates(fields);
}
