using System.Runtime.InteropServices;

namespace MailCluster.Auth.Drivers.Ldap;

/// <summary>Texts that libldap gives out.</summary>
internal static unsafe class LdapText
{
    /// <summary>A NUL-terminated text; empty for a null pointer.</summary>
    public static string Read(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
