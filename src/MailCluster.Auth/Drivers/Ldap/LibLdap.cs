using System.Runtime.InteropServices;

namespace MailCluster.Auth.Drivers.Ldap;

/// <summary>
/// The calls of OpenLDAP's libldap that searches and binds need. Its file has another name in each Debian release, so the calls are
/// looked up by hand.
/// </summary>
internal static unsafe class LibLdap
{
    public const string DebianPackage = "libldap-2.5-0 (libldap2 from Debian 13 on)";

    public const int OptionReferrals = 0x0008;
    public const int OptionProtocolVersion = 0x0011;
    public const int OptionDiagnosticMessage = 0x0032;
    public const int OptionTimeout = 0x5002;
    public const int OptionNetworkTimeout = 0x5005;
    public const int OptionTlsAuthorityFile = 0x6002;
    public const int OptionTlsCertificateFile = 0x6004;
    public const int OptionTlsKeyFile = 0x6005;
    public const int OptionTlsRequireCertificate = 0x6006;
    public const int OptionTlsNewContext = 0x600f;

    public const int Success = 0;
    public const int SizeLimitExceeded = 4;
    public const int ConstraintViolation = 19;
    public const int NoSuchObject = 32;
    public const int InvalidDnSyntax = 34;
    public const int InappropriateAuthentication = 48;
    public const int InvalidCredentials = 49;

    private static readonly string[] Names = ["libldap.so.2", "libldap-2.5.so.0", "libldap-2.4.so.2"];

    private static readonly Lazy<nint> Loaded = new(() =>
    {
        foreach (var name in Names)
        {
            if (NativeLibrary.TryLoad(name, out var library)) return library;
        }

        return 0;
    });

    public static string Library => string.Join(" or ", Names);

    public static bool IsAvailable => Loaded.Value != 0;

    /// <summary>struct berval of lber.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Value
    {
        public nuint Length;
        public byte* Data;
    }

    /// <summary>struct timeval.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Time
    {
        public CLong Seconds;
        public CLong Microseconds;
    }

    public static int Initialize(out nint handle, byte* uri)
    {
        nint made = 0;
        var result = ((delegate* unmanaged<nint*, byte*, int>)Export("ldap_initialize"))(&made, uri);
        handle = made;
        return result;
    }

    public static int SetOption(nint handle, int option, void* value) =>
        ((delegate* unmanaged<nint, int, void*, int>)Export("ldap_set_option"))(handle, option, value);

    public static int GetOption(nint handle, int option, void* value) =>
        ((delegate* unmanaged<nint, int, void*, int>)Export("ldap_get_option"))(handle, option, value);

    public static int StartTls(nint handle) =>
        ((delegate* unmanaged<nint, nint, nint, int>)Export("ldap_start_tls_s"))(handle, 0, 0);

    public static int SimpleBind(nint handle, byte* dn, Value* password) =>
        ((delegate* unmanaged<nint, byte*, byte*, Value*, nint, nint, nint*, int>)Export("ldap_sasl_bind_s"))(handle, dn, null, password, 0, 0, null);

    public static int Search(
        nint handle, byte* searchBase, int scope, byte* filter, byte** attributes, nint* controls, Time* timeout, int sizeLimit, out nint result)
    {
        nint found = 0;
        var code = ((delegate* unmanaged<nint, byte*, int, byte*, byte**, int, nint*, nint, Time*, int, nint*, int>)Export("ldap_search_ext_s"))(
            handle, searchBase, scope, filter, attributes, 0, controls, 0, timeout, sizeLimit, &found);
        result = found;
        return code;
    }

    public static nint FirstEntry(nint handle, nint result) => ((delegate* unmanaged<nint, nint, nint>)Export("ldap_first_entry"))(handle, result);

    public static nint NextEntry(nint handle, nint entry) => ((delegate* unmanaged<nint, nint, nint>)Export("ldap_next_entry"))(handle, entry);

    public static byte* Dn(nint handle, nint entry) => ((delegate* unmanaged<nint, nint, byte*>)Export("ldap_get_dn"))(handle, entry);

    public static Value** Values(nint handle, nint entry, byte* attribute) =>
        ((delegate* unmanaged<nint, nint, byte*, Value**>)Export("ldap_get_values_len"))(handle, entry, attribute);

    public static void FreeValues(Value** values) => ((delegate* unmanaged<Value**, void>)Export("ldap_value_free_len"))(values);

    public static void FreeMemory(void* memory) => ((delegate* unmanaged<void*, void>)Export("ldap_memfree"))(memory);

    public static void FreeResult(nint result) => ((delegate* unmanaged<nint, int>)Export("ldap_msgfree"))(result);

    public static void Unbind(nint handle) => ((delegate* unmanaged<nint, nint, nint, int>)Export("ldap_unbind_ext_s"))(handle, 0, 0);

    public static int CreatePageControl(nint handle, int entries, Value* cookie, out nint control)
    {
        nint made = 0;
        var code = ((delegate* unmanaged<nint, int, Value*, byte, nint*, int>)Export("ldap_create_page_control"))(handle, entries, cookie, 0, &made);
        control = made;
        return code;
    }

    public static int ParseResult(nint handle, nint result, out nint* controls)
    {
        nint* found = null;
        int code;
        var parsed = ((delegate* unmanaged<nint, nint, int*, byte**, byte**, byte***, nint**, int, int>)Export("ldap_parse_result"))(
            handle, result, &code, null, null, null, &found, 0);
        controls = found;
        return parsed;
    }

    public static nint FindControl(byte* oid, nint* controls) =>
        ((delegate* unmanaged<byte*, nint*, nint*, nint>)Export("ldap_control_find"))(oid, controls, null);

    public static int ParsePageControl(nint handle, nint control, out Value cookie)
    {
        int count;
        Value value = default;
        var code = ((delegate* unmanaged<nint, nint, int*, Value*, int>)Export("ldap_parse_pageresponse_control"))(handle, control, &count, &value);
        cookie = value;
        return code;
    }

    public static void FreeControl(nint control) => ((delegate* unmanaged<nint, void>)Export("ldap_control_free"))(control);

    public static void FreeControls(nint* controls) => ((delegate* unmanaged<nint*, void>)Export("ldap_controls_free"))(controls);

    public static string ErrorText(int code) =>
        Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<int, byte*>)Export("ldap_err2string"))(code)) ?? "unknown error";

    private static nint Export(string name) => NativeLibrary.GetExport(Loaded.Value, name);
}
