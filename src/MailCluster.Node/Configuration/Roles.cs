using MailCluster.Cluster.Membership;
using MailCluster.Hocon;
using MailCluster.Hocon.Binding;

namespace MailCluster.Node.Configuration;

/// <summary>
/// A node without the role <c>edge</c> opens no mail listener: those that are on by default are silently off, and one that somebody turned on by
/// name is a fault, since whoever did expects clients there.
/// </summary>
internal static class Roles
{
    public static NodeOptions Apply(HoconObject effective, NodeOptions options, HoconErrors errors)
    {
        if (options.Roles.HasFlag(NodeRoles.Edge))
        {
            return options;
        }
        foreach (var listener in options.Listeners.Mail)
        {
            var path = $"mailcluster.listeners.{listener.Name}.enabled";
            if (listener.IsEnabled && effective.TryGet(path, out var value) && value.Origin.Source != Reference.Source)
            {
                errors.Add(value.Origin, path, "expected false: node.roles is [mailbox], and only nodes with the role edge have mail listeners");
            }
        }
        return options with { Listeners = options.Listeners.WithoutMail() };
    }
}
