using System.Runtime.CompilerServices;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Templates;
using MailCluster.Auth.UserDb;
using MailCluster.Auth.Users;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Drivers.Ldap;

/// <summary>
/// Users in a directory, in one of three ways. <em>Search:</em> the stored password is read and checked here, which also serves SCRAM. <em>Bind:</em>
/// the user's entry is searched, and the server checks the password. <em>Bind by template:</em> the entry's name follows from the user's, and nothing is
/// searched. With a bind the password never leaves the directory; fields of the entry are there whenever it was searched.
/// </summary>
internal sealed class LdapDb : StoredPassDb, IPassDb, IUserDb
{
    private const string Password = "password";

    private readonly LdapOptions _options;
    private readonly LdapDirectory _directory;
    private readonly ILogger<LdapDb> _logger;
    private readonly Template _base;
    private readonly Template? _filter;
    private readonly Template? _userDn;
    private readonly Template _iterateUser;
    private readonly (string Name, Template Value)[] _fields;
    private readonly string[] _attributes;

    /// <exception cref="FormatException">A template is none.</exception>
    public LdapDb(LdapOptions options, LdapDirectory directory, PasswordHashing hashing, ILogger<LdapDb> logger)
        : base(hashing, logger, options.DefaultPasswordScheme)
    {
        _options = options;
        _directory = directory;
        _logger = logger;
        _base = Template.Parse(options.Base);
        _filter = options.Filter is { } filter ? Template.Parse(filter) : null;
        _userDn = options.UserDn is { } dn ? Template.Parse(dn) : null;
        _iterateUser = Template.Parse(options.IterateUser);
        _fields = [.. options.Fields.Items.Where(field => !(options.Bind && field.Key == Password)).Select(static field => (field.Key, Template.Parse(field.Value)))];
        _attributes = [.. _fields.SelectMany(static field => field.Value.Attributes).Distinct(StringComparer.Ordinal)];
    }

    public override string Name => "ldap";

    public override PassDbCapabilities Capabilities =>
        _options.Bind ? PassDbCapabilities.Password : PassDbCapabilities.Password | PassDbCapabilities.Credentials;

    public bool CanList => _options.IterateFilter is not null;

    async ValueTask<PassDbResult> IPassDb.VerifyAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        if (!_options.Bind || query.IsVerified) return await VerifyAsync(query, password, cancellationToken);
        try
        {
            return await BindAsync(query, password, cancellationToken);
        }
        catch (DatabaseException e)
        {
            DatabaseLog.Unavailable(_logger, Name, e.Message);
            return e.IsBusy ? new PassDbResult(PassDbStatus.Busy) : PassDbResult.InternalFailure;
        }
    }

    async ValueTask<PassDbResult> IPassDb.LookupCredentialsAsync(PassDbQuery query, CancellationToken cancellationToken) =>
        _filter is null || (_options.Bind && !query.IsVerified) ? PassDbResult.NotSupported : await LookupCredentialsAsync(query, cancellationToken);

    public async ValueTask<UserDbResult> FindAsync(UserDbQuery query, CancellationToken cancellationToken)
    {
        try
        {
            var variables = AuthVariables.Of(query);
            return await FindEntryAsync(variables, cancellationToken) is { } entry
                ? new UserDbResult(UserDbStatus.Found, new UserInfo(query.Account, FieldsOf(entry, variables)))
                : UserDbResult.UnknownUser;
        }
        catch (DatabaseException e)
        {
            DatabaseLog.Unavailable(_logger, Name, e.Message);
            return new UserDbResult(UserDbStatus.InternalFailure, Problem: $"ldap: {e.Message}");
        }
    }

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var nobody = new AuthVariables("", "admin", null, new Dictionary<string, string>());
        List<LdapEntry> entries;
        try
        {
            string[] attributes = [.. _iterateUser.Attributes.Distinct(StringComparer.Ordinal)];
            var (from, filter) = (_base.Expand(nobody, LdapEscape.Dn), _options.IterateFilter!);
            entries = await _directory.SearchAsync(connection => connection.SearchAll(from, _options.Scope, filter, attributes), cancellationToken);
        }
        catch (DatabaseException e)
        {
            DatabaseLog.Unavailable(_logger, Name, e.Message);
            throw new UserDirectoryException($"ldap: {e.Message}", e);
        }

        var names = new ListedNames(Name, _logger);
        foreach (var entry in entries)
        {
            if (names.Take(_iterateUser.Expand(nobody with { Attributes = entry.Attributes })) is { } account) yield return account;
        }

        names.Report();
    }

    protected override async ValueTask<StoredUser?> FindAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        var variables = AuthVariables.Of(query);
        if (await FindEntryAsync(variables, cancellationToken) is not { } entry) return null;
        var fields = FieldsOf(entry, variables);
        fields.Remove(Password, out var stored);
        return new StoredUser(new UserInfo(query.Account, fields), stored);
    }

    private async ValueTask<PassDbResult> BindAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        var variables = AuthVariables.Of(query);
        var fields = new Dictionary<string, string>();
        string dn;
        if (_userDn is not null)
        {
            dn = _userDn.Expand(variables, LdapEscape.Dn);
        }
        else if (await FindEntryAsync(variables, cancellationToken) is { } entry)
        {
            dn = entry.Dn;
            fields = FieldsOf(entry, variables);
        }
        else
        {
            // The directory spends its own time on hashes; a bind for nobody would cost another round trip and tell as much.
            return PassDbResult.UnknownUser;
        }

        return await _directory.BindAsync(dn, password, cancellationToken)
            ? new PassDbResult(PassDbStatus.Match, new UserInfo(query.Account, fields))
            : PassDbResult.Mismatch;
    }

    private async ValueTask<LdapEntry?> FindEntryAsync(AuthVariables variables, CancellationToken cancellationToken)
    {
        if (_filter is null) throw new DatabaseException("no filter is configured to search with");
        var from = _base.Expand(variables, LdapEscape.Dn);
        var filter = _filter.Expand(variables, LdapEscape.Filter);
        var entries = await _directory.SearchAsync(connection => connection.Search(from, !_base.IsConstant, _options.Scope, filter, _attributes, 2), cancellationToken);
        if (entries.Count <= 1) return entries.Count == 0 ? null : entries[0];
        DatabaseLog.Ambiguous(_logger, Name, entries.Count, LogText.Escape(variables.Account));
        throw new DatabaseException("the filter finds several entries for one name");
    }

    private Dictionary<string, string> FieldsOf(LdapEntry entry, AuthVariables variables)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in _fields)
        {
            // A field that only repeats what the entry lacks is not set at all.
            if (value.Attributes.Any() && !value.Attributes.Any(entry.Attributes.ContainsKey)) continue;
            fields[name] = value.Expand(variables with { Attributes = entry.Attributes });
        }

        return fields;
    }
}
