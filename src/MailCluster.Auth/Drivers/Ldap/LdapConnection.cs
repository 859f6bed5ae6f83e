using System.Text;

namespace MailCluster.Auth.Drivers.Ldap;

/// <summary>An entry that a search found.</summary>
/// <param name="Dn">Its name.</param>
/// <param name="Attributes">The attributes asked for by lower-case name; those without values are left out.</param>
internal sealed record LdapEntry(string Dn, IReadOnlyDictionary<string, string[]> Attributes);

/// <summary>
/// One connection to a directory. Used by one thread at a time; every call ends within the configured time. A failure that is not an answer
/// throws <see cref="DatabaseException"/>, and the connection must not be used again.
/// </summary>
internal sealed unsafe class LdapConnection : IDisposable
{
    /// <summary>Entries a page of a listing (RFC 2696): below the 500 that slapd gives at most by default.</summary>
    private const int PageEntries = 400;

    private readonly LibLdap.Time _timeout;
    private nint _handle;
    private bool _mayLackBase;

    /// <summary>Connects, secures the connection when that is configured, and binds as the searcher.</summary>
    /// <param name="options">The server.</param>
    /// <param name="bindsAsSearcher">False for connections on which users bind.</param>
    /// <exception cref="DatabaseException">The server cannot be reached, its certificate is not trusted, or the searcher is refused.</exception>
    public LdapConnection(LdapServerOptions options, bool bindsAsSearcher)
    {
        var milliseconds = (long)Math.Max(100, options.Timeout.TotalMilliseconds);
        _timeout = new LibLdap.Time { Seconds = new((nint)(milliseconds / 1000)), Microseconds = new((nint)(milliseconds % 1000 * 1000)) };
        fixed (byte* uri = Octets(options.Uris)) Check(LibLdap.Initialize(out _handle, uri), "address");
        try
        {
            SetUp(options);
            if (options.StartTls) Check(LibLdap.StartTls(_handle), "StartTLS");
            if (!bindsAsSearcher) return;
            // An anonymous searcher binds too: a server that is not there is found here.
            var result = Bind(options.BindDn ?? "", Encoding.UTF8.GetBytes(options.BindPassword ?? ""));
            if (result != LibLdap.Success) throw Failure(result, $"bind as {options.BindDn ?? "anonymous"}");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Binds as a user: true when the password is right, false when the server says that it is not.</summary>
    /// <exception cref="DatabaseException">The server gave another answer, or none.</exception>
    public bool TryBind(string dn, byte[] password)
    {
        // RFC 4513 §5.1.2: with an empty password the server would report success and check nothing.
        if (password.Length == 0) return false;
        var result = Bind(dn, password);
        return result switch
        {
            LibLdap.Success => true,
            // A password policy answers a locked account with constraintViolation or inappropriateAuthentication as well.
            LibLdap.InvalidCredentials or LibLdap.NoSuchObject or LibLdap.InvalidDnSyntax or LibLdap.InappropriateAuthentication or LibLdap.ConstraintViolation => false,
            _ => throw Failure(result, "bind"),
        };
    }

    /// <summary>Searches.</summary>
    /// <param name="searchBase">Where from.</param>
    /// <param name="mayLackBase">True where a base that does not exist means that there are no entries; else it is a failure.</param>
    /// <param name="scope">How deep.</param>
    /// <param name="filter">What for.</param>
    /// <param name="attributes">What is read of each entry, in lower case.</param>
    /// <param name="entriesMax">Entries at most.</param>
    /// <exception cref="DatabaseException">The server gave no answer, or refuses.</exception>
    public List<LdapEntry> Search(string searchBase, bool mayLackBase, LdapScope scope, string filter, string[] attributes, int entriesMax)
    {
        var entries = new List<LdapEntry>();
        _mayLackBase = mayLackBase;
        _ = SearchPage(searchBase, scope, filter, attributes, entriesMax, controls: null, entries);
        return entries;
    }

    /// <summary>Searches page by page, for listings that are longer than what a server gives at once.</summary>
    /// <exception cref="DatabaseException">The server gave no answer, or refuses.</exception>
    public List<LdapEntry> SearchAll(string searchBase, LdapScope scope, string filter, string[] attributes)
    {
        var entries = new List<LdapEntry>();
        var cookie = Array.Empty<byte>();
        _mayLackBase = false;
        do
        {
            cookie = SearchPaged(searchBase, scope, filter, attributes, cookie, entries);
        }
        while (cookie.Length > 0);
        return entries;
    }

    public void Dispose()
    {
        if (_handle != 0) LibLdap.Unbind(_handle);
        _handle = 0;
    }

    private byte[] SearchPaged(string searchBase, LdapScope scope, string filter, string[] attributes, byte[] cookie, List<LdapEntry> entries)
    {
        fixed (byte* data = cookie)
        {
            var given = new LibLdap.Value { Length = (nuint)cookie.Length, Data = data };
            Check(LibLdap.CreatePageControl(_handle, PageEntries, cookie.Length == 0 ? null : &given, out var control), "paging");
            try
            {
                var controls = stackalloc nint[2] { control, 0 };
                return SearchPage(searchBase, scope, filter, attributes, 0, controls, entries);
            }
            finally
            {
                LibLdap.FreeControl(control);
            }
        }
    }

    // Gives the cookie of the next page, empty at the end.
    private byte[] SearchPage(
        string searchBase, LdapScope scope, string filter, string[] attributes, int entriesMax, nint* controls, List<LdapEntry> entries)
    {
        var names = attributes.Select(Octets).ToArray();
        var pins = names.Select(static name => System.Runtime.InteropServices.GCHandle.Alloc(name, System.Runtime.InteropServices.GCHandleType.Pinned)).ToArray();
        var list = stackalloc byte*[names.Length + 2];
        for (var i = 0; i < names.Length; i++) list[i] = (byte*)pins[i].AddrOfPinnedObject();
        nint result = 0;
        try
        {
            // No attributes at all is "1.1" (RFC 4511 §4.5.1.8); an empty list would be all of them.
            fixed (byte* none = "1.1"u8)
            fixed (byte* from = Octets(searchBase))
            fixed (byte* wanted = Octets(filter))
            fixed (LibLdap.Time* timeout = &_timeout)
            {
                if (names.Length == 0) list[0] = none;
                var code = LibLdap.Search(_handle, from, (int)scope, wanted, list, controls, timeout, entriesMax, out result);
                var isFine = code == LibLdap.Success || (code == LibLdap.SizeLimitExceeded && controls is null)
                    || (code == LibLdap.NoSuchObject && _mayLackBase);
                if (!isFine) throw Failure(code, $"search below {searchBase}");
            }

            for (var entry = LibLdap.FirstEntry(_handle, result); entry != 0; entry = LibLdap.NextEntry(_handle, entry))
                entries.Add(ReadEntry(entry, attributes, list));
            return controls is null ? [] : NextCookie(result);
        }
        finally
        {
            if (result != 0) LibLdap.FreeResult(result);
            foreach (var pin in pins) pin.Free();
        }
    }

    private byte[] NextCookie(nint result)
    {
        if (LibLdap.ParseResult(_handle, result, out var controls) != LibLdap.Success || controls is null) return [];
        try
        {
            fixed (byte* oid = "1.2.840.113556.1.4.319"u8)
            {
                var control = LibLdap.FindControl(oid, controls);
                if (control == 0 || LibLdap.ParsePageControl(_handle, control, out var cookie) != LibLdap.Success) return [];
                var next = new ReadOnlySpan<byte>(cookie.Data, (int)cookie.Length).ToArray();
                LibLdap.FreeMemory(cookie.Data);
                return next;
            }
        }
        finally
        {
            LibLdap.FreeControls(controls);
        }
    }

    private LdapEntry ReadEntry(nint entry, string[] attributes, byte** names)
    {
        var dn = LibLdap.Dn(_handle, entry);
        var name = LdapText.Read(dn);
        LibLdap.FreeMemory(dn);
        var read = new Dictionary<string, string[]>(StringComparer.Ordinal);
        for (var i = 0; i < attributes.Length; i++)
        {
            var values = LibLdap.Values(_handle, entry, names[i]);
            if (values is null) continue;
            var texts = new List<string>();
            for (var value = values; *value is not null; value++)
                texts.Add(Encoding.UTF8.GetString((*value)->Data, (int)(*value)->Length));
            LibLdap.FreeValues(values);
            read[attributes[i]] = [.. texts];
        }

        return new LdapEntry(name, read);
    }

    private int Bind(string dn, byte[] password)
    {
        fixed (byte* name = Octets(dn))
        fixed (byte* data = password)
        {
            var value = new LibLdap.Value { Length = (nuint)password.Length, Data = data };
            return LibLdap.SimpleBind(_handle, name, &value);
        }
    }

    private void SetUp(LdapServerOptions options)
    {
        var version = 3;
        Check(LibLdap.SetOption(_handle, LibLdap.OptionProtocolVersion, &version), "protocol version");
        // A referral would send passwords to whatever server the answer names.
        Check(LibLdap.SetOption(_handle, LibLdap.OptionReferrals, null), "referrals");
        fixed (LibLdap.Time* timeout = &_timeout)
        {
            Check(LibLdap.SetOption(_handle, LibLdap.OptionNetworkTimeout, timeout), "timeout");
            Check(LibLdap.SetOption(_handle, LibLdap.OptionTimeout, timeout), "timeout");
        }

        File(LibLdap.OptionTlsAuthorityFile, options.AuthorityFile);
        File(LibLdap.OptionTlsCertificateFile, options.CertificateFile);
        File(LibLdap.OptionTlsKeyFile, options.KeyFile);
        var demand = options.VerifiesServer ? 2 : 0;
        Check(LibLdap.SetOption(_handle, LibLdap.OptionTlsRequireCertificate, &demand), "certificate check");
        var isServer = 0;
        // The settings above count only for a context made after them.
        Check(LibLdap.SetOption(_handle, LibLdap.OptionTlsNewContext, &isServer), "TLS context (are the certificate files readable?)");
    }

    private void File(int option, string? path)
    {
        if (path is null) return;
        fixed (byte* text = Octets(path)) Check(LibLdap.SetOption(_handle, option, text), path);
    }

    private void Check(int code, string step)
    {
        if (code != LibLdap.Success) throw Failure(code, step);
    }

    private DatabaseException Failure(int code, string step)
    {
        byte* detail = null;
        var text = "";
        if (_handle != 0 && LibLdap.GetOption(_handle, LibLdap.OptionDiagnosticMessage, &detail) == LibLdap.Success && detail is not null)
        {
            text = $" ({LdapText.Read(detail)})";
            LibLdap.FreeMemory(detail);
        }

        return new DatabaseException($"{step}: {LibLdap.ErrorText(code)}{(text == " ()" ? "" : text)}");
    }

    private static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
