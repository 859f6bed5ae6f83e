using MailCluster.Hocon.Binding;
using MailCluster.Mailboxes;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    private static AnnotationOptions ReadAnnotations(HoconSection section) => new()
    {
        ValueSizeMax = (int)section.Size("value-size", 1 << 10, 64 << 10),
        EntriesMax = section.Integer("per-folder", 10, 10_000),
        BytesMax = section.Size("total-size", 16 << 10, 64 << 20),
        ServerAdmin = ReadServerAdmin(section),
        ServerComment = section.OptionalText("server-comment") ?? "",
    };

    // RFC 5464 §3.2.1.1: "The value MUST be a URI".
    private static string ReadServerAdmin(HoconSection section)
    {
        var admin = section.OptionalText("server-admin") ?? "";
        if (admin.Length > 0 && !Uri.TryCreate(admin, UriKind.Absolute, out _))
            section.Fault("server-admin", "expected a URI such as mailto:postmaster@example.org");
        return admin;
    }
}
