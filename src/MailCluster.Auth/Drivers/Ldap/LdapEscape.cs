using System.Globalization;
using System.Text;

namespace MailCluster.Auth.Drivers.Ldap;

/// <summary>Makes values safe to stand in filters and names: what a client sent never becomes syntax.</summary>
internal static class LdapEscape
{
    /// <summary>For a filter (RFC 4515 §3): the special characters and everything outside ASCII as <c>\XX</c>.</summary>
    public static string Filter(string value) => Escape(value, static octet => octet is (byte)'*' or (byte)'(' or (byte)')' or (byte)'\\' or < 0x20 or >= 0x7f);

    /// <summary>For an attribute value of a DN (RFC 4514 §2.4): everything but letters, digits and a few harmless signs as <c>\XX</c>.</summary>
    public static string Dn(string value) => Escape(value, static octet => !char.IsAsciiLetterOrDigit((char)octet) && octet is not ((byte)'@' or (byte)'.' or (byte)'-' or (byte)'_'));

    private static string Escape(string value, Func<byte, bool> isSpecial)
    {
        var builder = new StringBuilder(value.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(value))
        {
            if (isSpecial(octet)) builder.Append('\\').Append(octet.ToString("x2", CultureInfo.InvariantCulture));
            else builder.Append((char)octet);
        }

        return builder.ToString();
    }
}
